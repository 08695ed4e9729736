import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** What a tensor is on the stock WebGPU backend. */
export interface TensorData {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** A copy on the CPU. */
  values: unknown;
  resource?: GPUBuffer | null;
}

/** A shader of the stock WebGPU backend. */
export interface StockProgram {
  readonly outputShape: number[];
  readonly shaderKey: string;
  getUserCode(): string;
}

/** The parts of the stock WebGPU backend that ours builds upon. */
export interface StockBackend extends KernelBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { has(dataId: object): boolean; get(dataId: object): TensorData };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
    releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
    readonly freeBuffers: Map<string, GPUBuffer[]>;
    numFreeBuffers: number;
    numBytesAllocated: number;
  };
  readonly pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
  readonly commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeTensorInfo(shape: readonly number[], dtype: string, values?: unknown): TensorInfo;
  uploadToGPU(dataId: object): void;
  runWebGPUProgram(
    program: StockProgram,
    inputs: readonly TensorInfo[],
    dtype: DataType,
    uniforms?: unknown,
    output?: TensorInfo,
  ): TensorInfo;
}

export type StockBackendClass = new (device: GPUDevice, info?: GPUAdapterInfo) => StockBackend;
