// y = max(x, 0) of `count` numbers; a NaN stays NaN.
import { atLeast, loadTail, storeTail } from '../../../core/assembly/simd-math';

export function relu(x: usize, y: usize, count: i32): void {
  for (; count >= 4; count -= 4, x += 16, y += 16) v128.store(y, atLeast(v128.load(x), 0));
  if (count > 0) storeTail(y, atLeast(loadTail(x, count), 0), count);
}
