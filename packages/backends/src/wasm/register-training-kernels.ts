import { provideArithmetic } from './arithmetic.ts';
import { provideBlockKernels } from './block-kernels.ts';
import { provideClip } from './clip.ts';
import { provideConv2dKernels } from './conv-2d-kernels.ts';
import { provideConv3dKernels } from './conv-3d.ts';
import { provideDepthwiseKernels } from './depthwise.ts';
import { provideEinsum } from './einsum.ts';
import { provideGather } from './gather.ts';
import { provideOneHot } from './one-hot.ts';
import { providePoolKernels } from './pool.ts';
import { provideRelu } from './relu.ts';
import { provideSegmentSum } from './segment-sum.ts';
import { provideSums } from './sum.ts';

/**
 * Gives the WASM backend the kernels that training needs and the stock one lacks, and replaces those that are slow.
 * Calling it again changes nothing.
 */
export function registerTrainingKernels(): void {
  provideArithmetic();
  provideBlockKernels();
  provideClip();
  provideConv2dKernels();
  provideConv3dKernels();
  provideDepthwiseKernels();
  provideEinsum();
  provideGather();
  provideOneHot();
  providePoolKernels();
  provideRelu();
  provideSegmentSum();
  provideSums();
}
