import { type DataType, env, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './webgpu-backend.ts';

/** A whole WGSL module with any number of outputs, for what {@link runFlatProgram} cannot express. */
export interface WebgpuPipeline {
  /** Names the code, package first: pipelines with equal keys are shared, whatever their code. */
  readonly key: string;
  /** The module, directives such as `enable f16;` included; its entry point is `main`. */
  readonly code: string;
  /** Bound in order at `@group(0)`, from binding 0. */
  readonly inputs: readonly TensorInfo[];
  /** Made uninitialised and bound after the inputs; the code must write every element. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly dtype: DataType }[];
  /** Existing tensors written in place; bound after the outputs. */
  readonly updates?: readonly TensorInfo[];
  /** Bytes of the uniform struct, laid out as WGSL wants them; bound last. */
  readonly uniforms?: ArrayBuffer;
  /** Workgroups along x, y, z. */
  readonly workgroups: readonly [number, number, number];
}

/**
 * Records a compute pipeline of our own into the WebGPU backend's command stream, in order with its other kernels.
 *
 * This is the one place that touches the backend's private members.
 *
 * @returns The outputs, in order.
 */
export function runWebgpuPipeline(kernelBackend: KernelBackend, pipeline: WebgpuPipeline): TensorInfo[] {
  const backend = kernelBackend as WebgpuBackend;
  const outputs = pipeline.outputs.map(({ shape, dtype }) => backend.makeTensorInfo(shape, dtype));
  if (outputs.length > 0 && outputs.every((output) => util.sizeFromShape(output.shape) === 0)) {
    for (const output of outputs) {
      backend.tensorMap.get(output.dataId).values = util.getTypedArrayFromDType(output.dtype as 'float32', 0);
    }
    return outputs;
  }
  const tensors = [...pipeline.inputs, ...outputs, ...(pipeline.updates ?? [])];
  for (const tensor of tensors) backend.uploadToGPU(tensor.dataId);
  // A copy that an earlier read left on the CPU would hide what is written in place.
  for (const tensor of pipeline.updates ?? []) backend.tensorMap.get(tensor.dataId).values = null;

  const resources = tensors.map((tensor) => backend.tensorToBinding(tensor));
  if (pipeline.uniforms) resources.push({ buffer: uniformBuffer(backend, pipeline.uniforms) });
  const compileOnly = env().getBool('WEBGPU_ENGINE_COMPILE_ONLY');
  const compiled = compile(backend, pipeline, compileOnly);
  if (compileOnly) return outputs;
  if (compiled instanceof Promise) {
    throw new Error(`The pipeline ${pipeline.key} is being compiled: await the call that compiles ahead.`);
  }
  const bindGroup = backend.device.createBindGroup({
    layout: compiled.getBindGroupLayout(0),
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });

  backend.ensureCommandEncoderReady();
  // Keeps the buffers alive until this work is submitted, even if the tensors are disposed before.
  for (const tensor of tensors) backend.commandQueueOwnedIds.add(tensor.dataId);
  backend.computePassEncoder ??= backend.commandEncoder.beginComputePass();
  backend.computePassEncoder.setPipeline(compiled);
  backend.computePassEncoder.setBindGroup(0, bindGroup);
  backend.computePassEncoder.dispatchWorkgroups(...pipeline.workgroups);
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass >= env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  return outputs;
}

function compile(
  { device, pipelineCache }: WebgpuBackend,
  { key, code }: WebgpuPipeline,
  ahead: boolean,
): GPUComputePipeline | Promise<GPUComputePipeline> {
  const cacheKey = `arborize_pipeline_${key}`;
  const known = pipelineCache[cacheKey];
  if (known) return known;
  const descriptor = {
    label: key,
    layout: 'auto' as const,
    compute: { module: device.createShaderModule({ label: key, code }), entryPoint: 'main' },
  };
  const pipeline = ahead
    ? device.createComputePipelineAsync(descriptor)
    : device.createComputePipeline(descriptor);
  pipelineCache[cacheKey] = pipeline;
  return pipeline;
}

function uniformBuffer(backend: WebgpuBackend, bytes: ArrayBuffer): GPUBuffer {
  const buffer = backend.bufferManager.acquireBuffer(
    bytes.byteLength,
    GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  );
  backend.queue.writeBuffer(buffer, 0, bytes);
  // The backend recycles it after the next submit, when no recorded pass reads it any more.
  backend.uniformPendingDisposal.push(buffer);
  return buffer;
}
