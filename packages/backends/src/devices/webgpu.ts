import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device.ts';
import { type Adapter, findAdapter, isSoftware } from '../webgpu/find-gpu.ts';
import { isOwnBackend, type OwnBackend, ownBackend } from '../webgpu/own-backend.ts';
import { registerWebgpuKernels } from '../webgpu/register-webgpu-kernels.ts';
import type { StockBackendClass } from '../webgpu/stock-backend.ts';

const FEATURES: readonly GPUFeatureName[] = [
  'timestamp-query',
  'shader-f16',
  'subgroups' as GPUFeatureName,
  'bgra8unorm-storage',
];

/** Limits that are raised to what the adapter has: large tensors, many inputs, big workgroups. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** WebGPU, in browsers and, with npm `webgpu`, in Node. */
export const webgpu: Device = {
  name: 'webgpu',
  registered: 'webgpu',
  async load() {
    const running = tf.engine().registry.webgpu;
    // A device that is at work is kept: its tensors would be lost with it.
    if (isOwnBackend(running) && !running.loss) return;
    await register(await findAdapter());
    await registerWebgpuKernels();
  },
  async describe() {
    const { device, adapter } = tf.backend() as OwnBackend;
    const words = [adapter.description || adapter.device, adapter.vendor, adapter.architecture];
    return {
      device: words.filter(Boolean).join(', ') || 'unnamed adapter',
      software: isSoftware(adapter),
      features: FEATURES.filter((feature) => device.features.has(feature)),
      threads: 0,
    };
  },
};

/** Registers a device of our own under the stock name, with the features and limits that the stock one leaves out. */
async function register(adapter: Adapter): Promise<void> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
  tf.removeBackend('webgpu');
  tf.registerBackend(
    'webgpu',
    async () => {
      const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
      return ownBackend(WebGPUBackend as unknown as StockBackendClass, device, adapter.info);
    },
    // Below the stock priorities: who wants it asks for it.
    0,
  );
}
