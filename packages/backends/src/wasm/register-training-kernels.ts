import { provideConv2dKernels } from './conv-2d-kernels.ts';

/**
 * Gives the WASM backend the kernels that training needs and the stock one lacks, and replaces those that are slow.
 * Calling it again changes nothing.
 */
export function registerTrainingKernels(): void {
  provideConv2dKernels();
}
