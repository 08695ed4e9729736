const IMPORT_SECTION = 2;
const MEMORY = 2;
const SHARED_WITH_MAXIMUM = 3;

/**
 * A copy of a module whose imported memory is declared shared, with `maximum` pages.
 *
 * The threaded build of the stock backend works on shared memory, and an engine refuses to link a module that
 * declares its memory unshared. Plain loads and stores are allowed on both, so only the declaration differs.
 *
 * @param module A module whose import section holds one entry, the unshared memory `env.memory` without maximum.
 */
export function shareMemory(module: Uint8Array, maximum: number): Uint8Array<ArrayBuffer> {
  for (let at = 8; at < module.length; ) {
    const id = module[at]!;
    const [size, start] = readUnsigned(module, at + 1);
    const end = start + size;
    if (id === IMPORT_SECTION) {
      const section = shareImport(module.subarray(start, end), maximum);
      return concatenate([
        module.subarray(0, at + 1),
        writeUnsigned(section.length),
        section,
        module.subarray(end),
      ]);
    }
    at = end;
  }
  throw new Error('shareMemory: the module imports nothing.');
}

function shareImport(section: Uint8Array, maximum: number): Uint8Array {
  const [count, names] = readUnsigned(section, 0);
  let at = names;
  for (let name = 0; name < 2; name++) {
    const [length, start] = readUnsigned(section, at);
    at = start + length;
  }
  if (count !== 1 || section[at] !== MEMORY || section[at + 1] !== 0) {
    throw new Error(
      'shareMemory: the module must import an unshared memory without maximum, and nothing else.',
    );
  }
  const minimum = section.subarray(at + 2);
  return concatenate([
    section.subarray(0, at + 1),
    Uint8Array.of(SHARED_WITH_MAXIMUM),
    minimum,
    writeUnsigned(maximum),
  ]);
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

function writeUnsigned(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
