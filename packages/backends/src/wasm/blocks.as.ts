// Copies of equal blocks of bytes: what Slice, Split, Concat and Tile are made of.

/** Small blocks are copied here: memory.copy leaves the module for a function of the engine. */
const SMALL: i32 = 256;

@inline
function copy(to: usize, from: usize, bytes: i32): void {
  if (bytes > SMALL) {
    memory.copy(to, from, bytes);
    return;
  }
  for (; bytes >= 16; bytes -= 16, to += 16, from += 16) v128.store(to, v128.load(from));
  for (; bytes >= 4; bytes -= 4, to += 4, from += 4) store<i32>(to, load<i32>(from));
  for (; bytes > 0; bytes--, to++, from++) store<u8>(to, load<u8>(from));
}

/** Copies `count` blocks; strides are in bytes. */
export function copyBlocks(from: usize, fromStride: i32, to: usize, toStride: i32, bytes: i32, count: i32): void {
  for (; count > 0; count--, from += fromStride, to += toStride) copy(to, from, bytes);
}

/** Copies each of `count` blocks that follow each other `times` times. */
export function repeatBlocks(from: usize, to: usize, bytes: i32, count: i32, times: i32): void {
  for (; count > 0; count--, from += bytes) {
    copy(to, from, bytes);
    const end = to + <usize>bytes * times;
    // What is there already is copied behind itself, twice as much each time.
    let done = <usize>bytes;
    let at = to + bytes;
    while (at < end) {
      const next = min(done, end - at);
      copy(at, to, <i32>next);
      at += next;
      done += next;
    }
    to = end;
  }
}
