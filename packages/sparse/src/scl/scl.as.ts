// Learned connectivity: weights where the mask is open, and the step of the mask.

@inline
function at(index: i32): usize {
  return <usize>index << 2;
}

/** y = x where the mask is above 0, else 0. */
export function open(x: usize, mask: usize, y: usize, size: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    v128.store(y + at(i), v128.and(v128.load(x + at(i)), f32x4.gt(v128.load(mask + at(i)), zero)));
  }
  for (; i < size; i++) store<f32>(y + at(i), load<f32>(mask + at(i)) > 0 ? load<f32>(x + at(i)) : 0);
}

/** scales[j] = rate / (√mean over i of (g·w)² + 1e-12), for g and w of [rows, columns]; `scales` starts at 0. */
export function scale(g: usize, w: usize, scales: usize, rows: i32, columns: i32, rate: f32): void {
  memory.fill(scales, 0, at(columns));
  for (let i = 0; i < rows; i++) {
    const row = at(i) * columns;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const s = f32x4.mul(v128.load(g + row + at(j)), v128.load(w + row + at(j)));
      v128.store(scales + at(j), f32x4.add(v128.load(scales + at(j)), f32x4.mul(s, s)));
    }
    for (; j < columns; j++) {
      const s = load<f32>(g + row + at(j)) * load<f32>(w + row + at(j));
      store<f32>(scales + at(j), load<f32>(scales + at(j)) + s * s);
    }
  }
  for (let j = 0; j < columns; j++) {
    const mean = load<f32>(scales + at(j)) / <f32>rows;
    store<f32>(scales + at(j), rate / (sqrt<f32>(mean) + 1e-12));
  }
}

/** y = mask − g·w·scales − push, of [rows, columns], within ±limit. */
export function update(
  mask: usize,
  g: usize,
  w: usize,
  scales: usize,
  y: usize,
  rows: i32,
  columns: i32,
  push: f32,
  limit: f32,
): void {
  const pushes = f32x4.splat(push);
  const low = f32x4.splat(-limit);
  const high = f32x4.splat(limit);
  for (let i = 0; i < rows; i++) {
    const row = at(i) * columns;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const k = row + at(j);
      const s = f32x4.mul(v128.load(g + k), v128.load(w + k));
      const next = f32x4.sub(v128.load(mask + k), f32x4.add(f32x4.mul(s, v128.load(scales + at(j))), pushes));
      v128.store(y + k, f32x4.min(f32x4.max(next, low), high));
    }
    for (; j < columns; j++) {
      const k = row + at(j);
      const s = load<f32>(g + k) * load<f32>(w + k);
      const next = load<f32>(mask + k) - (s * load<f32>(scales + at(j)) + push);
      store<f32>(y + k, min<f32>(max<f32>(next, -limit), limit));
    }
  }
}
