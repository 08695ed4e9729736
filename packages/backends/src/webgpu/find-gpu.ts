import { BackendError } from '../backend-error.ts';
import { isNode } from '../device.ts';

/** The types of the stock backend predate `adapter.info`. */
export type Adapter = GPUAdapter & { readonly info: GPUAdapterInfo };

/** The fastest adapter of the browser or, in Node, of Dawn. Throws a `BackendError` with the remedy if there is none. */
export async function findAdapter(): Promise<Adapter> {
  if (!navigatorGpu()) await installInNode();
  const adapter = await navigatorGpu()!.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter) return adapter as Adapter;
  throw new BackendError(
    'webgpu',
    'no graphics adapter was found',
    isNode()
      ? 'Install a Vulkan driver, or point VK_ICD_FILENAMES at the JSON file of a software one.'
      : 'Turn on hardware acceleration in the browser, or use another browser.',
  );
}

/** Whether an adapter is emulated on the CPU, which is right but very slow. */
export function isSoftware(info: GPUAdapterInfo): boolean {
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
