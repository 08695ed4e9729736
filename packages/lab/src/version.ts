export { version as LAB_VERSION } from '../package.json';
