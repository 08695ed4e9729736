// y [rows, columns] = x + b [columns], in one pass.

export function addToRows(x: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  const row = <usize>columns << 2;
  for (; rows > 0; rows--, x += row, y += row) {
    let at: usize = 0;
    for (; at + 32 <= row; at += 32) {
      v128.store(y + at, f32x4.add(v128.load(x + at), v128.load(b + at)));
      v128.store(y + at, f32x4.add(v128.load(x + at, 16), v128.load(b + at, 16)), 16);
    }
    for (; at + 16 <= row; at += 16) v128.store(y + at, f32x4.add(v128.load(x + at), v128.load(b + at)));
    for (; at < row; at += 4) store<f32>(y + at, load<f32>(x + at) + load<f32>(b + at));
  }
}
