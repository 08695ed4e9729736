// A kernel where a mask of bytes is not 0, else 0.

export function mask(kernel: usize, bytes: usize, y: usize, size: i32): void {
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(bytes + i)));
    const kept = i32x4.ne(words, i32x4.splat(0));
    v128.store(y + (i << 2), v128.and(v128.load(kernel + (i << 2)), kept));
  }
  for (; i < size; i++) {
    store<f32>(y + (i << 2), load<u8>(bytes + i) ? load<f32>(kernel + (i << 2)) : 0);
  }
}
