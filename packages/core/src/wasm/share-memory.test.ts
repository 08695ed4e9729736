import { describe, expect, it } from 'vitest';
import { shareMemory } from './share-memory.ts';

// (module (import "env" "memory" (memory 0)) (func (export "put") (param i32 i32) local.get 0 local.get 1 i32.store))
const module = Uint8Array.from(
  atob('AGFzbQEAAAABBgFgAn9/AAIPAQNlbnYGbWVtb3J5AgAAAwIBAAcHAQNwdXQAAAoLAQkAIAAgATYCAAs='),
  (character) => character.charCodeAt(0),
);

describe('shareMemory', () => {
  it('links the same code to shared memory', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const link = (bytes: Uint8Array<ArrayBuffer>) =>
      new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    expect(() => link(module)).toThrow(WebAssembly.LinkError);
    const { put } = link(shareMemory(module, 65536)).exports as { put(address: number, value: number): void };
    put(8, 42);
    expect(new Int32Array(memory.buffer)[2]).toBe(42);
  });

  it('refuses a module that imports nothing, or a memory that is shared already', () => {
    expect(() => shareMemory(module.subarray(0, 8), 1)).toThrow('imports nothing');
    expect(() => shareMemory(shareMemory(module, 1), 1)).toThrow('unshared memory');
  });
});
