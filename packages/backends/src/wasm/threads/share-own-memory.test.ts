import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { shareOwnMemory } from './share-own-memory.ts';

const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
const stock = readFileSync(main.replace(/[^/\\]+$/, 'tfjs-backend-wasm-simd.wasm'));

it('changes one byte of the stock binary, and leaves the original', () => {
  const before = Uint8Array.from(stock);
  const shared = shareOwnMemory(stock);
  expect(WebAssembly.validate(shared)).toBe(true);
  expect(shared.length).toBe(stock.length);
  expect(shared.filter((byte, i) => byte !== stock[i])).toEqual(Uint8Array.of(3));
  expect(Uint8Array.from(stock)).toEqual(before);
});

it('refuses a module without a memory of its own, or with a shared one', () => {
  expect(() => shareOwnMemory(stock.subarray(0, 8))).toThrow('no memory of its own');
  expect(() => shareOwnMemory(shareOwnMemory(stock))).toThrow('no memory of its own');
});
