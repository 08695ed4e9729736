import type { KernelBackend } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { WasmKernels } from './wasm-module.ts';
import { inParts, provideThreads, type WasmThreads } from './wasm-threads.ts';

/** Which rows a function of a module was called for, by whom. */
function record(threads?: number, smallest = 1e6) {
  const backend = {} as KernelBackend;
  const alone: number[][] = [];
  const shared: (readonly number[])[] = [];
  const exports = { mark: (...call: number[]) => alone.push(call) };
  const kernels = { exports } as unknown as WasmKernels<unknown>;
  if (threads) {
    const team = (count: number): WasmThreads => ({
      count,
      team: (operations) => team(operations < smallest ? 1 : threads),
      run: (_, name, calls) => shared.push([name.length], ...calls),
    });
    provideThreads(backend, team(threads));
  }
  const run = (size: number, operations: number) =>
    inParts(backend, kernels, 'mark', size, operations, (first, count) => [first, count]);
  return { run, alone, shared };
}

describe('inParts', () => {
  it('calls the function itself where there are no threads, or one, or little to do', () => {
    for (const [threads, size, operations] of [
      [undefined, 100, 1e9],
      [1, 100, 1e9],
      [2, 100, 1e5],
      [2, 1, 1e9],
    ] as const) {
      const { run, alone, shared } = record(threads);
      run(size, operations);
      expect([alone, shared]).toEqual([[[0, size]], []]);
    }
  });

  it('asks threads from as many operations on as they say', () => {
    const { run, alone, shared } = record(2, 1000);
    run(100, 999);
    expect([alone, shared]).toEqual([[[0, 100]], []]);
    run(100, 1000);
    expect(shared).not.toEqual([]);
  });

  it.each([2, 3, 7, 100])('covers %i rows once, on several threads', (size) => {
    const { run, alone, shared } = record(3);
    run(size, 1e9);
    expect(alone).toEqual([]);
    const parts = shared.slice(1) as [number, number][];
    expect(parts.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i))).toEqual([
      ...Array(size).keys(),
    ]);
    expect(parts.every(([, count]) => count > 0)).toBe(true);
  });
});
