import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** Uniform values in the order of a program's `uniforms` text. */
export type UniformData = readonly {
  readonly type: 'int32' | 'uint32' | 'float32';
  readonly data: number[];
}[];

/** A program of the stock backend with a flat dispatch; the backend replaces `dispatch` and `shaderKey`. */
export interface WebgpuProgram {
  readonly variableNames: string[];
  readonly variableComponents: number[];
  readonly outputShape: number[];
  readonly outputComponent: number;
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { x: number[] };
  dispatch: [number, number, number];
  shaderKey: string;
  readonly uniforms: string;
  readonly size: boolean;
  getUserCode(): string;
}

/**
 * The parts of the stock WebGPU backend that kernels of ours reach. Everything below the line is private to that
 * backend, and touched by {@link runWebgpuPipeline} alone.
 */
export interface WebgpuBackend extends KernelBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: object): { values: unknown; resource?: GPUBuffer } };
  makeTensorInfo(shape: readonly number[], dtype: string): TensorInfo;
  uploadToGPU(dataId: object): void;
  runWebGPUProgram(
    program: WebgpuProgram,
    inputs: readonly TensorInfo[],
    outputDtype: string,
    uniforms?: UniformData,
    output?: TensorInfo,
  ): TensorInfo;
  // ---
  readonly queue: GPUQueue;
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GPUBuffer };
  /** Promises while pipelines are compiled ahead. */
  readonly pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly uniformPendingDisposal: GPUBuffer[];
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  tensorToBinding(tensor: TensorInfo): GPUBindingResource;
}
