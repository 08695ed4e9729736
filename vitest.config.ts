import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

// `*.op.test.ts` is the op suite: it runs once on every backend. Every other `*.test.ts` runs once, in Node.
const OP_SUITE = 'packages/*/src/**/*.op.test.ts';
const SETUP = './scripts/testing/setup-backend.ts';
const resolve = { conditions: ['@arborize/source'] };
// Vite resolves the conditions of server-side code separately from those of the browser.
const ssr = { resolve: { conditions: ['@arborize/source'], externalConditions: ['@arborize/source'] } };

const onNode = (backend: string) => ({
  resolve,
  ssr,
  test: {
    name: backend,
    include: [OP_SUITE],
    setupFiles: [SETUP],
    provide: { backend },
    testTimeout: 60_000,
  },
});

const onChromium = (backend: string) => ({
  resolve,
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
    ],
  },
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  test: {
    name: `chromium-${backend}`,
    include: [OP_SUITE],
    setupFiles: [SETUP],
    provide: { backend },
    testTimeout: 120_000,
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
          args: [
            '--no-sandbox',
            '--disable-background-networking',
            '--enable-unsafe-webgpu',
            '--use-webgpu-adapter=swiftshader',
            '--enable-features=Vulkan',
            '--ignore-gpu-blocklist',
          ],
        },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'acceptance/*.test.ts'],
          exclude: [OP_SUITE],
          setupFiles: ['./scripts/testing/setup-matchers.ts'],
          testTimeout: 60_000,
        },
      },
      onNode('cpu'),
      onNode('wasm'),
      onNode('webgpu'),
      onNode('tensorflow'),
      onChromium('wasm'),
      onChromium('webgpu'),
    ],
  },
});
