const MEMORY_SECTION = 5;
const WITH_MAXIMUM = 1;
const SHARED_WITH_MAXIMUM = 3;

/**
 * A copy of a module whose own memory is declared shared: one flag in its memory section. The code stays what it is, since
 * plain loads and stores are allowed on both.
 */
export function shareOwnMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(module);
  for (let at = 8; at < copy.length; ) {
    const [size, start] = readUnsigned(copy, at + 1);
    if (copy[at] === MEMORY_SECTION) {
      if (copy[start] !== 1 || copy[start + 1] !== WITH_MAXIMUM) break;
      copy[start + 1] = SHARED_WITH_MAXIMUM;
      return copy;
    }
    at = start + size;
  }
  throw new Error('the module has no memory of its own that is unshared and has a maximum');
}

/** An unsigned LEB128 number and the offset after it. */
function readUnsigned(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}
