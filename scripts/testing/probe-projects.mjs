// Which vitest projects this machine can run, and what to install for the others.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ADDONS = 'npm install --no-save --ignore-scripts webgpu@0.6.2 @tensorflow/tfjs-node@4.22.0';
const CHROMIUM = 'apt-get install chromium, or set CHROMIUM_PATH to a Chromium';

const require = createRequire(import.meta.url);
const chromium = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const softwareVulkan = ['/usr/lib/chromium', dirname(chromium)]
  .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
  .find((path) => existsSync(path));

const PROBES = {
  unit: () => undefined,
  cpu: () => undefined,
  wasm: () => undefined,
  webgpu() {
    if (!resolves('webgpu')) return `the npm package webgpu is absent: ${ADDONS}`;
    if (hasAdapter({})) return undefined;
    // Without a GPU, Chromium's software driver serves.
    if (!process.env.VK_ICD_FILENAMES && softwareVulkan && hasAdapter({ VK_ICD_FILENAMES: softwareVulkan })) {
      process.env.VK_ICD_FILENAMES = softwareVulkan;
      return undefined;
    }
    return 'no GPU and no software Vulkan driver: apt-get install chromium, which brings one';
  },
  tensorflow() {
    const build = 'npx arborize-backends install-tensorflow';
    if (!resolves('@tensorflow/tfjs-node')) return `@tensorflow/tfjs-node is absent: ${ADDONS}; ${build}`;
    return runs(`require('@tensorflow/tfjs-node')`)
      ? undefined
      : `@tensorflow/tfjs-node does not load: ${build}`;
  },
  'chromium-wasm': () => (isExecutable(chromium) ? undefined : `no Chromium: ${CHROMIUM}`),
  'chromium-webgpu': () => (isExecutable(chromium) ? undefined : `no Chromium: ${CHROMIUM}`),
};

/** The projects of vitest.config.ts, in the order in which they are reported. */
export const PROJECTS = Object.keys(PROBES);

/**
 * Tries what each project needs. Sets VK_ICD_FILENAMES for the tests where WebGPU needs the software driver.
 * @param {string[]} names
 * @returns {Map<string, string | undefined>} For each project, what is missing and how to get it.
 */
export function probeProjects(names) {
  return new Map(names.map((name) => [name, PROBES[name]()]));
}

function resolves(specifier) {
  try {
    require.resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasAdapter(env) {
  const ask = `require('webgpu').create([]).requestAdapter().then((adapter) => process.exit(adapter ? 0 : 1))`;
  return runs(ask, env);
}

// In a child, because a broken driver or addon may take its process with it.
function runs(code, env = {}) {
  const { status } = spawnSync(process.execPath, ['-e', code], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...env },
    stdio: 'ignore',
    timeout: 60_000,
  });
  return status === 0;
}
