// y = min(max(x, low), high) of `count` numbers; a NaN stays NaN.
import { atLeast, atMost, loadTail, storeTail } from '../../../core/assembly/simd-math';

export function clip(x: usize, count: i32, low: f32, high: f32, y: usize): void {
  for (; count >= 4; count -= 4, x += 16, y += 16) {
    v128.store(y, atMost(atLeast(v128.load(x), low), high));
  }
  if (count > 0) storeTail(y, atMost(atLeast(loadTail(x, count), low), high), count);
}
