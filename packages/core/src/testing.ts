export { type Array64, array64, elementwise64 } from './testing/array64.ts';
export { describeOp, type OpSuite } from './testing/describe-op.ts';
export { backendTolerance, type Tolerance } from './testing/matchers.ts';
export { type MemoryStorage, memoryStorage } from './testing/memory-storage.ts';
export { numericGradient } from './testing/numeric-gradient.ts';
export { onlyOn } from './testing/only-on.ts';
export { expectNoTensorLeak } from './testing/tensor-leaks.ts';
