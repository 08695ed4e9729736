export * from '../../assembly/product';
