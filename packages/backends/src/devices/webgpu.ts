import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../backend-error.ts';
import { type Device, isNode } from '../device.ts';

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

/** The types of the stock backend predate `adapter.info`. */
type Adapter = GPUAdapter & { readonly info: GPUAdapterInfo };

interface OurBackend extends tf.KernelBackend {
  readonly device: GPUDevice;
}

let adapterInfo: GPUAdapterInfo | undefined;

/** WebGPU, in browsers and, with npm `webgpu`, in Node. */
export const webgpu: Device = {
  name: 'webgpu',
  registered: 'webgpu',
  async load() {
    // A device that is at work is kept: its tensors would be lost with it.
    if (adapterInfo && tf.findBackendFactory('webgpu')) return;
    if (!navigatorGpu()) await installInNode();
    const adapter = (await navigatorGpu()!.requestAdapter({
      powerPreference: 'high-performance',
    })) as Adapter | null;
    if (!adapter) {
      throw new BackendError(
        'webgpu',
        'no graphics adapter was found',
        isNode()
          ? 'Install a Vulkan driver, or point VK_ICD_FILENAMES at the JSON file of a software one.'
          : 'Turn on hardware acceleration in the browser, or use another browser.',
      );
    }
    adapterInfo = adapter.info;
    await register(adapter);
  },
  async describe() {
    const { device } = tf.backend() as OurBackend;
    const info = adapterInfo!;
    const words = [info.description || info.device, info.vendor, info.architecture].filter(Boolean);
    return {
      device: words.join(', ') || 'unnamed adapter',
      software: isSoftware(info),
      features: FEATURES.filter((feature) => device.features.has(feature)),
      threads: 0,
    };
  },
};

function isSoftware(info: GPUAdapterInfo): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  const fallback = (info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true;
  return fallback || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(words);
}

function navigatorGpu(): GPU | undefined {
  return (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
}

async function installInNode(): Promise<void> {
  if (!isNode()) {
    throw new BackendError(
      'webgpu',
      'this browser has no WebGPU',
      'Use a current Chrome, Edge, Safari or Firefox.',
    );
  }
  const specifier = 'webgpu';
  let dawn: { create(options: string[]): GPU; globals: Record<string, unknown> };
  try {
    dawn = await import(/* @vite-ignore */ specifier);
  } catch (error) {
    throw new BackendError(
      'webgpu',
      'the package webgpu is not installed',
      'Run `npm install webgpu`.',
      error,
    );
  }
  // The stock backend tests for navigator.gpu while it is imported, and for GPUBuffer by instanceof.
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu: dawn.create([]), userAgent: 'node' },
    configurable: true,
    writable: true,
  });
}

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
      return new WebGPUBackend(device, adapter.info) as unknown as tf.KernelBackend;
    },
    // Below the stock priorities: who wants it asks for it.
    0,
  );
}
