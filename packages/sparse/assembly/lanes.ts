// Small parts of the kernels here, which inline them.

@inline
export function at(index: i32): usize {
  return <usize>index << 2;
}

/** The sum over the lanes of one. */
@inline
export function lanesSum(s: v128): f32 {
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}
