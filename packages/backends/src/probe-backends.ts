import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from './backend-error.ts';
import type { BackendName, BackendOptions } from './device.ts';
import { checkThreads, devices, start } from './use-backend.ts';

/** Whether one backend works here. */
export interface BackendProbe {
  readonly name: BackendName;
  readonly available: boolean;
  /** What it runs on, or what is wrong. */
  readonly device: string;
  readonly software: boolean;
  /** What to do to get it; empty where it is available. */
  readonly remedy: string;
}

/**
 * Tries every backend, then makes the one that was active before the active one again.
 *
 * @returns One entry for each backend, fastest first.
 * @example
 * const probes = await probeBackends();
 * probes.find(({ name }) => name === 'cpu').available; // true
 */
export async function probeBackends(options: BackendOptions = {}): Promise<BackendProbe[]> {
  checkThreads('probeBackends', options.threads);
  const before = tf.getBackend();
  const probes: BackendProbe[] = [];
  for (const device of devices) {
    try {
      const { device: words, software } = await start(device, options);
      probes.push({ name: device.name, available: true, device: words, software, remedy: '' });
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      const { problem, remedy } = error;
      probes.push({ name: device.name, available: false, device: problem, software: false, remedy });
    }
  }
  if (before) await tf.setBackend(before);
  return probes;
}
