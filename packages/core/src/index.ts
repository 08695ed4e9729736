export { ArgumentError, type ArgumentFault } from './errors/argument-error.ts';
export {
  defineOp,
  type Kernel,
  type KernelCall,
  type OpDefinition,
  type OpGradient,
} from './op/define-op.ts';
export { toFloatTensor } from './op/to-float-tensor.ts';
export { Random, type RandomState } from './random/random.ts';
export {
  type TensorflowAttribute,
  type TensorflowHandle,
  type TensorflowOps,
  tensorflowDtype,
  withTensorflow,
} from './tensorflow/with-tensorflow.ts';
export { type WasmKernels, type WasmModule, wasmModule } from './wasm/wasm-module.ts';
export { type FlatProgram, runFlatProgram } from './webgpu/run-flat-program.ts';
export { runWebgpuPipeline, type WebgpuPipeline } from './webgpu/run-webgpu-pipeline.ts';
