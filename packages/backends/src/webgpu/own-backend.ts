import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { BackendError } from '../backend-error.ts';
import { currentOp } from '../current-op.ts';
import { OutOfMemoryError } from '../out-of-memory-error.ts';
import { repairShader } from './repair-shader.ts';
import type { StockBackend, StockBackendClass, StockProgram } from './stock-backend.ts';

/** From here on an allocation is watched: smaller ones are too many to watch, and seldom what fails. */
const WATCHED_BYTES = 1 << 20;
/** STORAGE, COPY_SRC and COPY_DST. */
const BUFFER_USAGE = 0x80 | 0x04 | 0x08;
const LOSS_MILLISECONDS = 200;
const FAULT_MILLISECONDS = 20;

/** The stock WebGPU backend on a device of ours, with its faults outside the kernels repaired. */
export interface OwnBackend extends StockBackend {
  readonly adapter: GPUAdapterInfo;
  /** Why the device was lost, once it was. */
  readonly loss: BackendError | undefined;
  /** Rejects with `loss` when the device is lost. */
  readonly whenLost: Promise<never>;
  /** Throws an `OutOfMemoryError` if a tensor of this shape is above the limits of the device. */
  checkSize(shape: readonly number[]): void;
}

export function isOwnBackend(backend: unknown): backend is OwnBackend {
  return backend instanceof Object && 'whenLost' in backend;
}

/** Makes our backend of the stock one, a class that is imported when it is needed. */
export function ownBackend(Stock: StockBackendClass, device: GPUDevice, adapter: GPUAdapterInfo): OwnBackend {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return new (class extends Stock implements OwnBackend {
    readonly adapter = adapter;
    loss: BackendError | undefined;
    readonly whenLost: Promise<never>;
    /** What the device has complained about since the last read. */
    #fault: Error | undefined;
    #closed = false;
    /** What runs. */
    #program: StockProgram | undefined;

    constructor() {
      super(device, adapter);
      this.whenLost = device.lost.then(({ reason, message }) => {
        if (this.#closed) return new Promise<never>(() => {});
        this.loss = new BackendError(
          'webgpu',
          `the device was lost (${[reason, message].filter(Boolean).join(': ')})`,
          "Call `await useBackend('webgpu')` for a new one; what was on the lost one is gone.",
        );
        throw this.loss;
      });
      // Who listens hears it; nobody has to.
      this.whenLost.catch(() => {});
      device.addEventListener('uncapturederror', (event) => {
        const { error } = event as GPUUncapturedErrorEvent;
        event.preventDefault();
        this.#fault ??= new Error(
          `webgpu: the device refused work, so results are missing. ${error.message}`,
        );
      });
      this.#watchAllocations();
    }

    #watchAllocations(): void {
      const { bufferManager } = this;
      const acquire = bufferManager.acquireBuffer.bind(bufferManager);
      const release = bufferManager.releaseBuffer.bind(bufferManager);
      const failed = new WeakSet<GPUBuffer>();
      bufferManager.acquireBuffer = (size, usage, ...rest) => {
        const reused = bufferManager.freeBuffers.get(`${size}_${usage}`)?.length;
        if (size < WATCHED_BYTES || reused) return acquire(size, usage, ...rest);
        // Made here, where the op that runs is known.
        const error = this.#misfit([size / 4], size);
        device.pushErrorScope('out-of-memory');
        try {
          const buffer = acquire(size, usage, ...rest);
          void device.popErrorScope().then((problem) => {
            if (!problem) return;
            failed.add(buffer);
            this.#fault = error;
            this.#freeUnused();
          });
          return buffer;
        } catch (cause) {
          void device.popErrorScope();
          error.cause = cause;
          throw error;
        }
      };
      // Buffers are kept to be used again; one that could not be had must not be among them.
      bufferManager.releaseBuffer = (buffer, reuse = true) => release(buffer, reuse && !failed.has(buffer));
    }

    /** Gives back the buffers that the stock backend keeps for tensors of the same size. */
    #freeUnused(): void {
      if (this.commandEncoder) {
        this.endComputePassEncoder();
        this.submitQueue();
      }
      const { bufferManager } = this;
      for (const buffers of bufferManager.freeBuffers.values()) {
        for (const buffer of buffers.splice(0)) {
          buffer.destroy();
          bufferManager.numFreeBuffers--;
          bufferManager.numBytesAllocated -= buffer.size;
        }
      }
    }

    override uploadToGPU(dataId: object): void {
      const data = this.tensorMap.get(dataId);
      if (data.resource) return;
      const size = util.sizeFromShape([...data.shape]);
      if (size === 0) {
        // A binding has at least one element.
        data.values ??= util.getTypedArrayFromDType(data.dtype as 'float32', 0);
        data.resource = this.bufferManager.acquireBuffer(4, BUFFER_USAGE);
        return;
      }
      this.checkSize(data.shape);
      super.uploadToGPU(dataId);
    }

    checkSize(shape: readonly number[]): void {
      const bytes = 4 * util.sizeFromShape([...shape]);
      if (bytes > limit) throw this.#misfit(shape, bytes, limit);
    }

    #misfit(shape: readonly number[], bytes: number, limit?: number): OutOfMemoryError {
      const kernel = this.#program?.shaderKey;
      return new OutOfMemoryError({ backend: 'webgpu', shape, bytes, limit, kernel });
    }

    override runWebGPUProgram(
      program: StockProgram,
      inputs: readonly TensorInfo[],
      dtype: DataType,
      uniforms?: unknown,
      output?: TensorInfo,
    ): TensorInfo {
      if (this.loss) throw this.loss;
      repairShader(program);
      this.#program = program;
      const result = output ?? this.makeTensorInfo(program.outputShape, dtype);
      try {
        return super.runWebGPUProgram(program, inputs, dtype, uniforms, result);
      } catch (error) {
        if (!output) this.disposeData(result.dataId);
        throw error;
      } finally {
        this.#program = undefined;
      }
    }

    override async read(dataId: DataId): Promise<Float32Array | Int32Array | Uint8Array> {
      if (this.loss && this.tensorMap.get(dataId).values == null) throw this.loss;
      const values = await super.read(dataId).catch(async (error) => {
        // Reading fails a little before the loss is told.
        await Promise.race([this.whenLost, wait(LOSS_MILLISECONDS)]);
        throw error;
      });
      await this.#throwFault();
      return values as Float32Array;
    }

    async #throwFault(): Promise<void> {
      if (!this.#fault) return;
      // One fault makes others, which browsers tell a little later.
      await wait(FAULT_MILLISECONDS);
      const fault = this.#fault;
      this.#fault = undefined;
      throw fault;
    }

    override readSync(dataId: DataId): Float32Array | Int32Array | Uint8Array {
      if (this.tensorMap.get(dataId).values == null) {
        if (this.loss) throw this.loss;
        if (typeof OffscreenCanvas === 'undefined') {
          throw new BackendError(
            'webgpu',
            `${currentOp()} needs values of a tensor at once, which WebGPU cannot give outside browsers`,
            'Call `await tensor.data()` before: the values are kept.',
          );
        }
      }
      return super.readSync(dataId) as Float32Array;
    }

    override dispose(): void {
      this.#closed = true;
      super.dispose();
      device.destroy();
    }
  })();
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
