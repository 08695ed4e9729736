import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackendError } from './backend-error.ts';
import { probeBackends } from './probe-backends.ts';
import { describeBackend, devices, useBackend } from './use-backend.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes every device but these fail to load. */
function only(...names: string[]) {
  for (const device of devices) {
    if (names.includes(device.name)) continue;
    vi.spyOn(device, 'load').mockRejectedValue(new BackendError(device.name, 'it is not there', 'Get it.'));
  }
}

const device = (name: string) => devices.find((candidate) => candidate.name === name)!;

describe('useBackend', () => {
  it('starts a backend by name and says what it runs on', async () => {
    expect(await useBackend('cpu')).toEqual({
      name: 'cpu',
      device: 'plain JavaScript',
      software: false,
      features: [],
      threads: 1,
      reason: 'asked for by name',
      tried: [],
    });
    expect(tf.getBackend()).toBe('cpu');
    const { device: words, features, threads } = await useBackend('wasm', { threads: 1 });
    expect(words).toMatch(/^WebAssembly \((relaxed )?SIMD, 1 thread\)$/);
    expect(features).toEqual(words.includes('relaxed') ? ['simd', 'relaxed-simd'] : ['simd']);
    expect(threads).toBe(1);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('takes the fastest that works, and tells why the faster ones were left', async () => {
    only('wasm', 'cpu');
    const { name, reason, tried } = await useBackend();
    expect(name).toBe('wasm');
    expect(reason).toBe('the fastest that works here');
    expect(tried).toEqual([
      { name: 'cuda', problem: 'it is not there' },
      { name: 'webgpu', problem: 'it is not there' },
      { name: 'tensorflow', problem: 'it is not there' },
    ]);
  });

  it('leaves a WebGPU adapter that is emulated on the CPU', async () => {
    only('webgpu', 'cpu');
    // Stands for an adapter, so that the test needs none: registered under its name, it computes in JavaScript.
    vi.spyOn(device('webgpu'), 'load').mockImplementation(async () => {
      await device('cpu').load({});
      tf.registerBackend('webgpu', () => tf.findBackend('cpu'));
      tf.copyRegisteredKernels('cpu', 'webgpu');
    });
    vi.spyOn(device('webgpu'), 'describe').mockResolvedValue({
      device: 'SwiftShader',
      software: true,
      features: [],
      threads: 0,
    });
    const { name, tried } = await useBackend('auto');
    expect(name).toBe('cpu');
    expect(tried).toContainEqual({ name: 'webgpu', problem: 'SwiftShader is emulated on the CPU' });
    tf.removeBackend('webgpu');
  });

  it('replaces the stock kernels once, however often it is called', async () => {
    await useBackend('wasm');
    const kernel = tf.getKernel('BatchMatMul', 'wasm');
    const warn = vi.spyOn(console, 'warn');
    await useBackend('wasm');
    expect(tf.getKernel('BatchMatMul', 'wasm')).toBe(kernel);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('useBackend: errors', () => {
  it('names the backends there are', async () => {
    await expect(useBackend('gpu' as never)).rejects.toThrow(
      "The backend 'gpu' cannot be used: there is no such backend. Choose one of 'auto', 'cuda', 'webgpu', 'tensorflow', 'wasm', 'cpu'.",
    );
  });

  it('ends with the remedy and leaves the active backend alone', async () => {
    await useBackend('cpu');
    only('cpu');
    await expect(useBackend('webgpu')).rejects.toThrow(
      "The backend 'webgpu' cannot be used: it is not there. Get it.",
    );
    expect(describeBackend().name).toBe('cpu');
  });

  it('refuses a backend whose products are wrong', async () => {
    await useBackend('cpu');
    const stock = tf.getKernel('BatchMatMul', 'cpu');
    tf.unregisterKernel('BatchMatMul', 'cpu');
    tf.registerKernel({ ...stock, kernelFunc: () => tf.zeros([2, 1]) });
    try {
      await expect(useBackend('cpu')).rejects.toThrow('a test product gave [0,0] instead of [17, 39]');
    } finally {
      tf.unregisterKernel('BatchMatMul', 'cpu');
      tf.registerKernel(stock);
    }
  });
});

describe('describeBackend', () => {
  it('refuses to describe a backend that something else chose', async () => {
    await useBackend('cpu');
    await tf.setBackend('wasm');
    expect(() => describeBackend()).toThrow(
      'it was not chosen by useBackend. Call `await useBackend()` first.',
    );
  });
});

describe('probeBackends', () => {
  it('tells for each backend whether it works or what to do, and keeps the active one', async () => {
    await useBackend('cpu');
    only('wasm', 'cpu');
    const probes = await probeBackends();
    expect(probes.map(({ name, available }) => [name, available])).toEqual([
      ['cuda', false],
      ['webgpu', false],
      ['tensorflow', false],
      ['wasm', true],
      ['cpu', true],
    ]);
    expect(probes[0]).toEqual({
      name: 'cuda',
      available: false,
      device: 'it is not there',
      software: false,
      remedy: 'Get it.',
    });
    expect(tf.getBackend()).toBe('cpu');
  });
});
