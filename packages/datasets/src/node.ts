export { fileCache } from './node/file-cache.ts';
