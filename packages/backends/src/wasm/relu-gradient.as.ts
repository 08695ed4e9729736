// The gradient of ReLU in one pass.
import { loadTail, splat, storeTail } from '../../../core/assembly/simd-math';

/** dy · step(x): as in TensorFlow.js a NaN in x stays one, and dy that is not finite makes one where x is below 0. */
@inline
function gradient(dy: v128, x: v128): v128 {
  const step = v128.and(f32x4.gt(x, splat(0)), splat(1));
  return f32x4.mul(dy, v128.bitselect(x, step, f32x4.ne(x, x)));
}

export function reluGradient(dy: usize, x: usize, dx: usize, count: i32): void {
  for (; count >= 4; count -= 4, dy += 16, x += 16, dx += 16) {
    v128.store(dx, gradient(v128.load(dy), v128.load(x)));
  }
  if (count > 0) storeTail(dx, gradient(loadTail(dy, count), loadTail(x, count)), count);
}
