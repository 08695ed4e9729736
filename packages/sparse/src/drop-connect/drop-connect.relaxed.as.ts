export * from '../../assembly/masked-product';
