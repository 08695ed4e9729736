// y[ids[i]] += x[i] for the rows i of x.

@inline
function sumRows<T>(x: usize, ids: usize, rows: i32, width: i32, y: usize, segments: i32): void {
  memory.fill(y, 0, <usize>(segments * width) << 2);
  for (let i = 0; i < rows; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (<u32>id >= <u32>segments) {
      x += <usize>width << 2;
      continue;
    }
    let to = y + (<usize>(id * width) << 2);
    let left = width;
    for (; left >= 4; left -= 4, x += 16, to += 16) {
      v128.store(to, v128.add<T>(v128.load(to), v128.load(x)));
    }
    for (; left > 0; left--, x += 4, to += 4) store<T>(to, load<T>(to) + load<T>(x));
  }
}

/** The sums y [segments, width] of the rows of x [rows, width] that have the same id; other ids are left out. */
export function segmentSum(x: usize, ids: usize, rows: i32, width: i32, y: usize, segments: i32): void {
  sumRows<f32>(x, ids, rows, width, y, segments);
}

/** The same for int32. */
export function segmentSumOfIntegers(x: usize, ids: usize, rows: i32, width: i32, y: usize, segments: i32): void {
  sumRows<i32>(x, ids, rows, width, y, segments);
}
