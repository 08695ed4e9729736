export { fileStorage } from './node/file-storage.ts';
export { writeFileAtomic } from './node/write-file-atomic.ts';
