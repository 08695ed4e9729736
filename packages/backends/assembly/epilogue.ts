// What a fused product does to its result in place: add a bias to every row, then apply an activation.
import { exp, loadTail, sigmoid, splat, storeTail } from '../../core/assembly/simd-math';

// The numbers are those of `fusedActivations` in mat-mul.ts.
const RELU = 1;
const RELU6 = 2;
const ELU = 4;
const SIGMOID = 5;
const PRELU = 6;

function activate(kind: i32, x: v128, slope: v128): v128 {
  const zero = splat(0);
  // min and max, unlike their pseudo forms, keep NaN.
  if (kind == RELU) return f32x4.max(x, zero);
  if (kind == RELU6) return f32x4.min(f32x4.max(x, zero), splat(6));
  if (kind == ELU) return v128.bitselect(f32x4.sub(exp(f32x4.min(x, zero)), splat(1)), x, f32x4.lt(x, zero));
  if (kind == SIGMOID) return sigmoid(x);
  return v128.bitselect(f32x4.mul(slope, x), x, f32x4.lt(x, zero));
}

/**
 * y [rows, columns] = activation(y + bias). `bias` is the address of [columns] or 0; `slopes` that of [columns] for PReLU;
 * `slope` is the constant of leaky ReLU.
 */
export function epilogue(y: usize, rows: i32, columns: i32, bias: usize, kind: i32, slope: f32, slopes: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j += 4, y += 16) {
      const left = columns - j;
      const at = <usize>j << 2;
      let x = left >= 4 ? v128.load(y) : loadTail(y, left);
      if (bias) x = f32x4.add(x, left >= 4 ? v128.load(bias + at) : loadTail(bias + at, left));
      if (kind) {
        let s = splat(slope);
        if (kind == PRELU) s = left >= 4 ? v128.load(slopes + at) : loadTail(slopes + at, left);
        x = activate(kind, x, s);
      }
      if (left >= 4) {
        v128.store(y, x);
      } else {
        storeTail(y, x, left);
        y -= <usize>(4 - left) << 2;
      }
    }
  }
}
