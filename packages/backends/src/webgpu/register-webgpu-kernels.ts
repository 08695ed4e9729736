import { repairConvolutions } from './conv-2d.ts';
import { repairProducts } from './mat-mul.ts';
import { repairPoolGradients } from './pool-gradients.ts';
import { repairSegmentSum } from './segment-sum.ts';

/** Repairs the kernels of the stock WebGPU backend. Calling it again changes nothing. */
export function registerWebgpuKernels(): void {
  repairProducts();
  repairConvolutions();
  repairPoolGradients();
  repairSegmentSum();
}
