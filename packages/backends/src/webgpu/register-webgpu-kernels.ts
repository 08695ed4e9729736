import { repairEmptyConvolutions } from '../empty-convolutions.ts';
import { registerHostKernels } from '../host-kernels.ts';
import { provideBitwiseAnd } from './bitwise-and.ts';
import { repairCast } from './cast.ts';
import { repairManyAxes } from './many-axes.ts';
import { repairProducts } from './mat-mul.ts';
import { repairPad } from './pad.ts';
import { repairPoolGradients } from './pool-gradients.ts';
import { repairSegmentSum } from './segment-sum.ts';

/** What the stock WebGPU backend lacks, and what needs values before its result has a shape. */
const ON_HOST = [
  'NonMaxSuppressionV4',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'SparseFillEmptyRows',
  'SparseReshape',
  'StaticRegexReplace',
  'StringSplit',
  'StringToHashBucketFast',
  'Unique',
];

/** Fills the gaps of the stock WebGPU backend and repairs its kernels. Calling it again changes nothing. */
export async function registerWebgpuKernels(): Promise<void> {
  repairCast();
  repairProducts();
  repairEmptyConvolutions('webgpu');
  repairPad();
  repairManyAxes();
  repairPoolGradients();
  repairSegmentSum();
  provideBitwiseAnd();
  await registerHostKernels('webgpu', ON_HOST);
}
