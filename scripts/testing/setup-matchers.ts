import '../../packages/core/src/testing.ts';
