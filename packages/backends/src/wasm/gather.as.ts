// y[o, i] = x[o, indices[i]], runs of `bytes` bytes.

@inline
function row(index: i32, bytes: i32): usize {
  return <usize>index * <usize>bytes;
}

/** Whether all of `count` indices are in [0, size). */
export function inRange(indices: usize, count: i32, size: i32): bool {
  for (let i = 0; i < count; i++) if (load<u32>(indices + row(i, 4)) >= <u32>size) return false;
  return true;
}

/** y [batch, outer, count, bytes] from x [batch, outer, size, bytes] and indices [batch, count]. */
export function gather(
  x: usize, indices: usize, y: usize, batch: i32, outer: i32, size: i32, count: i32, bytes: i32,
): void {
  for (let b = 0; b < batch; b++, indices += row(count, 4)) {
    for (let o = 0; o < outer; o++, x += row(size, bytes)) {
      if (bytes == 4) {
        for (let i = 0; i < count; i++, y += 4) store<i32>(y, load<i32>(x + row(load<i32>(indices + row(i, 4)), 4)));
      } else {
        for (let i = 0; i < count; i++, y += bytes) memory.copy(y, x + row(load<i32>(indices + row(i, 4)), bytes), bytes);
      }
    }
  }
}
