import { ArgumentError, installChainedMethods } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from './backend-error.ts';
import type { BackendName, BackendOptions, Device, DeviceDescription } from './device.ts';
import { cpu } from './devices/cpu.ts';
import { cuda, tensorflow } from './devices/tensorflow.ts';
import { wasm } from './devices/wasm.ts';
import { webgpu } from './devices/webgpu.ts';
import { registerGradients } from './gradients/register-gradients.ts';

/** The active backend, its device, and why it was chosen. */
export interface BackendDescription extends DeviceDescription {
  readonly name: BackendName;
  /** Why it was chosen, in words. */
  readonly reason: string;
  /** Faster backends that `'auto'` tried first, and why each was left. */
  readonly tried: readonly { readonly name: BackendName; readonly problem: string }[];
}

/** From the fastest to the one that is always there. */
export const devices: readonly Device[] = [cuda, webgpu, tensorflow, wasm, cpu];

let active: BackendDescription | undefined;

/**
 * Makes a backend the active one, repaired and proven by a product that is read back.
 *
 * `'auto'` takes the fastest that really works: CUDA, then WebGPU on a real GPU, TensorFlow, WASM, plain JavaScript. A
 * WebGPU adapter that is emulated on the CPU is only used when asked for by name.
 *
 * @param name Which backend. Default `'auto'`.
 * @returns What it runs on, and why it was chosen.
 * @throws ArgumentError if `options.threads` is not an integer from 1 to 64.
 * @throws BackendError if the backend is unknown, missing or broken; the message ends with the remedy.
 * @example
 * const { name, device } = await useBackend('wasm');
 * console.log(name, device); // wasm WebAssembly (SIMD, 2 threads)
 */
export async function useBackend(
  name: BackendName | 'auto' = 'auto',
  options: BackendOptions = {},
): Promise<BackendDescription> {
  checkThreads('useBackend', options.threads);
  installChainedMethods();
  active = name === 'auto' ? await useFastest(options) : await useNamed(name, options);
  return active;
}

/**
 * Describes the active backend.
 *
 * @throws BackendError if no backend was chosen by `useBackend`.
 * @example
 * await useBackend('cpu');
 * describeBackend().device; // plain JavaScript
 */
export function describeBackend(): BackendDescription {
  if (active && deviceNamed(active.name).registered === tf.getBackend()) return active;
  throw new BackendError(
    tf.getBackend(),
    'it was not chosen by useBackend',
    'Call `await useBackend()` first.',
  );
}

/** Refuses numbers of threads that are none. */
export function checkThreads(where: string, threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1 && threads <= 64)) return;
  throw new ArgumentError({
    where,
    argument: 'options.threads',
    got: threads,
    expected: 'an integer from 1 to 64',
    remedy: 'Leave it out for as many as there are cores, at most 4.',
  });
}

async function useNamed(name: BackendName, options: BackendOptions): Promise<BackendDescription> {
  return { name, ...(await start(deviceNamed(name), options)), reason: 'asked for by name', tried: [] };
}

async function useFastest(options: BackendOptions): Promise<BackendDescription> {
  const tried: { name: BackendName; problem: string }[] = [];
  for (const device of devices) {
    try {
      const description = await start(device, options);
      if (!description.software) {
        return { name: device.name, ...description, reason: 'the fastest that works here', tried };
      }
      tried.push({ name: device.name, problem: `${description.device} is emulated on the CPU` });
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      tried.push({ name: device.name, problem: error.problem });
    }
  }
  const problems = tried.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
  throw new BackendError('auto', `none works here (${problems})`, 'Report this with the text above.');
}

function deviceNamed(name: string): Device {
  const device = devices.find((candidate) => candidate.name === name);
  if (device) return device;
  const known = devices.map((candidate) => `'${candidate.name}'`).join(', ');
  throw new BackendError(name, 'there is no such backend', `Choose one of 'auto', ${known}.`);
}

/** Loads a device, makes it the active backend and proves that it computes. */
export async function start(device: Device, options: BackendOptions): Promise<DeviceDescription> {
  await device.load(options);
  // After it, because tfjs-node loads the stock gradients again.
  registerGradients();
  try {
    if (!(await tf.setBackend(device.registered))) throw new Error('it does not start');
    await tf.ready();
    await prove();
  } catch (error) {
    throw new BackendError(
      device.name,
      (error as Error).message,
      "Use another backend, or 'auto' for the fastest that works.",
      error,
    );
  }
  return device.describe();
}

async function prove(): Promise<void> {
  const product = tf.tidy(() =>
    tf.matMul(
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
      tf.tensor2d([[5], [6]]),
    ),
  );
  const values = await product.data();
  product.dispose();
  if (values[0] !== 17 || values[1] !== 39)
    throw new Error(`a test product gave [${values}] instead of [17, 39]`);
}
