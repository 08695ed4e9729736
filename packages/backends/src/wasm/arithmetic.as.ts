// y = a ∘ b for sums, differences, products and quotients, where one of the two may be a row that all rows of the other meet,
// or one number.
import { floats, loadLanes, storeLanes } from '../../../core/assembly/lanes';
import { splat } from '../../../core/assembly/simd-math';

const ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3;

// What a and b are, as in arithmetic.ts.
const B_ROW = 1, A_ROW = 2, B_NUMBER = 3, A_NUMBER = 4;

@inline
function join(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b);
  if (operation == SUBTRACT) return f32x4.sub(a, b);
  if (operation == MULTIPLY) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

@inline
function compute(operation: i32, form: i32, a: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  if (form == B_NUMBER) {
    const number = splat(load<f32>(b));
    for (; columns > 0; columns -= 4, a += 16, y += 16) {
      storeLanes(y, join(operation, loadLanes(a, columns), number), columns);
    }
    return;
  }
  if (form == A_NUMBER) {
    const number = splat(load<f32>(a));
    for (; columns > 0; columns -= 4, b += 16, y += 16) {
      storeLanes(y, join(operation, number, loadLanes(b, columns)), columns);
    }
    return;
  }
  const row = floats(columns);
  const aStep: usize = form == A_ROW ? 0 : row;
  const bStep: usize = form == B_ROW ? 0 : row;
  for (; rows > 0; rows--, a += aStep, b += bStep, y += row) {
    let at: usize = 0;
    for (; at + 32 <= row; at += 32) {
      v128.store(y + at, join(operation, v128.load(a + at), v128.load(b + at)));
      v128.store(y + at, join(operation, v128.load(a + at, 16), v128.load(b + at, 16)), 16);
    }
    for (; at + 16 <= row; at += 16) {
      v128.store(y + at, join(operation, v128.load(a + at), v128.load(b + at)));
    }
    if (at < row) {
      const left = <i32>((row - at) >> 2);
      storeLanes(y + at, join(operation, loadLanes(a + at, left), loadLanes(b + at, left)), left);
    }
  }
}

export function add(form: i32, a: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  compute(ADD, form, a, b, y, rows, columns);
}

export function subtract(form: i32, a: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  compute(SUBTRACT, form, a, b, y, rows, columns);
}

export function multiply(form: i32, a: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  compute(MULTIPLY, form, a, b, y, rows, columns);
}

export function divide(form: i32, a: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  compute(DIVIDE, form, a, b, y, rows, columns);
}
