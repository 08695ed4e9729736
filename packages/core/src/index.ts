export { ArgumentError, type ArgumentFault } from './errors/argument-error.ts';
export {
  defineOp,
  type Kernel,
  type KernelCall,
  type OpDefinition,
  type OpGradient,
} from './op/define-op.ts';
export { toFloatTensor } from './op/to-float-tensor.ts';
export {
  counterRandomWgsl,
  counterWord,
  type DropRate,
  dropRate,
  keepMask,
} from './random/counter-random.ts';
export { Random, type RandomState } from './random/random.ts';
export {
  type TensorflowAttribute,
  type TensorflowHandle,
  type TensorflowOps,
  tensorflowDtype,
  withTensorflow,
} from './tensorflow/with-tensorflow.ts';
export { Activation, Constraint, Initializer, Regularizer } from './training/base-classes/base-classes.ts';
export { installChainedMethods } from './training/chained-methods/install-chained-methods.ts';
export {
  type CheckpointContents,
  type LoadedCheckpoint,
  loadCheckpoint,
  peekCheckpoint,
  saveCheckpoint,
} from './training/checkpoints/checkpoint.ts';
export {
  type Block,
  CheckpointError,
  type Contents,
  decodeFile,
  encodeFile,
} from './training/checkpoints/checkpoint-file.ts';
export type { CheckpointStorage } from './training/checkpoints/checkpoint-storage.ts';
export { type CheckpointingOptions, checkpointing } from './training/checkpoints/checkpointing.ts';
export { countingLayers } from './training/checkpoints/noise-steps.ts';
export { blockOf, tensorOf } from './training/checkpoints/tensor-blocks.ts';
export { cloneThroughSave } from './training/clone-through-save/clone-through-save.ts';
export { applyConstraints } from './training/constraints/apply-constraints.ts';
export { constrained } from './training/constraints/constrained.ts';
export {
  type EarlyStopping,
  type EarlyStoppingOptions,
  earlyStopping,
} from './training/early-stopping/early-stopping.ts';
export { clipGradients, type GradientClipping } from './training/gradient-clipping/clip-gradients.ts';
export {
  type LearningRateScheduleOptions,
  learningRateSchedule,
} from './training/schedules/learning-rate-schedule.ts';
export type {
  ConstantOptions,
  CosineOptions,
  ExponentialOptions,
  PiecewiseOptions,
  Schedule,
  ScheduleConfig,
  StepOptions,
} from './training/schedules/schedule.ts';
export {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearWarmUp,
  piecewiseSchedule,
  scheduleFromConfig,
  stepSchedule,
} from './training/schedules/schedules.ts';
export {
  type Batch,
  type SeededBatches,
  type SeededBatchesOptions,
  seededBatches,
  type TensorSet,
} from './training/seeded-batches/seeded-batches.ts';
export {
  StockConv1D,
  StockConv2D,
  type StockConvOptions,
  StockDense,
  type StockDenseOptions,
  type StockParts,
} from './training/stock-layers/stock-layers.ts';
export { withKernel } from './training/stock-layers/with-kernel.ts';
export { trainedModel } from './training/trained-model.ts';
export {
  decoupledWeightDecay,
  type WeightDecayOptions,
} from './training/weight-decay/decoupled-weight-decay.ts';
export { type NamedGradient, wrapOptimizer } from './training/wrap-optimizer.ts';
export { heapFloats } from './wasm/heap-floats.ts';
export { type WasmKernels, type WasmModule, wasmModule } from './wasm/wasm-module.ts';
export { provideThreads, type ThreadScratch, type WasmThreads } from './wasm/wasm-threads.ts';
export { type FlatProgram, runFlatProgram } from './webgpu/run-flat-program.ts';
export { runWebgpuPipeline, type WebgpuPipeline } from './webgpu/run-webgpu-pipeline.ts';
