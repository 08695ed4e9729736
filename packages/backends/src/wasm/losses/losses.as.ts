// What training a classifier needs beside products, for `rows` examples of `columns` classes each.
import { loadLanes, storeLanes } from '../../../../core/assembly/lanes';
import { splat } from '../../../../core/assembly/simd-math';

const LN2: f64 = 0.6931471805599453;

@inline
function total(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

function sumRow(x: usize, columns: i32): f32 {
  let sum = splat(0);
  for (; columns > 0; columns -= 4, x += 16) sum = f32x4.add(sum, loadLanes(x, columns));
  return total(sum);
}

/** The logarithm of a positive normal number; of NaN it is NaN. */
function log(x: f32): f32 {
  if (x != x) return x;
  // x = 2ᵏ·m with m in [√½, √2), and log m = 2·artanh s.
  const bits = reinterpret<i32>(x) - 0x3f3504f3;
  const k = bits >> 23;
  const m = <f64>reinterpret<f32>((bits & 0x7fffff) + 0x3f3504f3);
  const s = (m - 1) / (m + 1);
  const z = s * s;
  return <f32>(k * LN2 + 2 * s * (1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9))))));
}

/** loss [rows] = −Σ y·log q, where q are the outputs p over their sum, kept in [low, high]. */
export function crossentropy(y: usize, p: usize, loss: usize, rows: i32, columns: i32, low: f32, high: f32): void {
  for (let i = 0; i < rows; i++, loss += 4) {
    const sum = sumRow(p, columns);
    let value: f32 = 0;
    for (let j = 0; j < columns; j++, y += 4, p += 4) {
      const target = load<f32>(y);
      const q = load<f32>(p) / sum;
      // Where the target is 0 only NaN counts.
      if (target != 0 || q != q) value -= target * log(q < low ? low : q > high ? high : q);
    }
    store<f32>(loss, value);
  }
}

/** The gradient of it with respect to p; d [rows] is that of the loss. Outputs beyond low or high have none of their own. */
export function crossentropyGradient(
  d: usize, y: usize, p: usize, dp: usize, rows: i32, columns: i32, low: f32, high: f32,
): void {
  for (let i = 0; i < rows; i++, d += 4) {
    const sum = sumRow(p, columns);
    const delta = load<f32>(d);
    let counted: f32 = 0;
    for (let j = 0; j < columns; j++) {
      const target = load<f32>(y + (<usize>j << 2));
      if (target == 0) continue;
      const q = load<f32>(p + (<usize>j << 2)) / sum;
      if (q >= low && q <= high) counted += target;
    }
    const shared = (counted / sum) * delta;
    for (let j = 0; j < columns; j++, y += 4, p += 4, dp += 4) {
      const target = load<f32>(y);
      let value = shared;
      if (target != 0) {
        const output = load<f32>(p);
        const q = output / sum;
        if (q >= low && q <= high) value -= (target / output) * delta;
      }
      store<f32>(dp, value);
    }
  }
}

/** dx = y·(dy − Σ dy·y), rows of y each a softmax. */
export function softmaxGradient(dy: usize, y: usize, dx: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    let sum = splat(0);
    for (let j = 0; j < columns; j += 4) {
      const at = <usize>j << 2;
      sum = f32x4.add(sum, f32x4.mul(loadLanes(dy + at, columns - j), loadLanes(y + at, columns - j)));
    }
    const mean = splat(total(sum));
    for (let j = 0; j < columns; j += 4) {
      const at = <usize>j << 2;
      const value = loadLanes(y + at, columns - j);
      const product = f32x4.mul(loadLanes(dy + at, columns - j), value);
      storeLanes(dx + at, f32x4.sub(product, f32x4.mul(mean, value)), columns - j);
    }
    const row = <usize>columns << 2;
    dy += row;
    y += row;
    dx += row;
  }
}

/** The gradient of a mean over all of `count` numbers. */
export function meanGradient(dy: usize, dx: usize, count: i32): void {
  const each = splat(load<f32>(dy) / <f32>count);
  for (; count > 0; count -= 4, dx += 16) storeLanes(dx, each, count);
}
