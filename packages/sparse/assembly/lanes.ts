// Small parts of the kernels here, which inline them.

@inline
export function at(index: i32): usize {
  return <usize>index << 2;
}

/** sum + a·b, rounded once where the build may use relaxed SIMD. */
@inline
export function madd(sum: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}

/** The sum over the lanes of one. */
@inline
export function lanesSum(s: v128): f32 {
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}
