// What keeps a WASM module from working on a heap that it does not own.

const NO_DATA =
  'has a data section, which would overwrite the host heap; use no strings, static arrays or array literals';
const FORBIDDEN = {
  5: 'has a memory of its own; compile it with --importMemory',
  8: 'has a start function; use no statements at top level',
  11: NO_DATA,
  12: NO_DATA,
};
const IMPORTS = 2;
const GLOBALS = 6;
// One import: module "env", name "memory", kind 2 (memory).
const MEMORY_ONLY = Buffer.from('\x01\x03env\x06memory\x02', 'latin1');

/**
 * Says in words why the module `bytes` cannot share the heap of the stock WASM backend; empty when it can. Reads
 * the sections itself, because the Node that builds need not be able to run the instructions in them.
 * @param {Uint8Array} bytes
 * @returns {string[]}
 */
export function embeddingFaults(bytes) {
  const faults = new Set();
  for (const { id, body } of sections(Buffer.from(bytes))) {
    if (FORBIDDEN[id]) faults.add(FORBIDDEN[id]);
    if (id === IMPORTS && !body.subarray(0, MEMORY_ONLY.length).equals(MEMORY_ONLY)) {
      faults.add('imports something besides env.memory; asc imports `abort` for bounds checks and `throw`');
    }
    // Constants are inlined by the optimiser; what is left is state, the allocator's above all.
    if (id === GLOBALS && body[0] > 0) {
      faults.add(
        'has global variables; use no top-level `let`, and nothing that allocates: no arrays, classes, strings',
      );
    }
  }
  return [...faults];
}

function* sections(bytes) {
  let at = 8; // after the magic number and the version
  while (at < bytes.length) {
    const id = bytes[at++];
    let size = 0;
    let shift = 0;
    let byte;
    do {
      byte = bytes[at++];
      size |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte > 0x7f);
    yield { id, body: bytes.subarray(at, at + size) };
    at += size;
  }
}
