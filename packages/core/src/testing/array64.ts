/** A float64 array with a shape: what op references compute with. */
export interface Array64 {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Makes an {@link Array64} from values in row-major order. */
export function array64(shape: readonly number[], values: ArrayLike<number>): Array64 {
  return { shape, values: Float64Array.from(values) };
}

/** The float64 reference of an element-wise function. */
export function elementwise64(f: (...xs: number[]) => number): (...arrays: Array64[]) => Array64 {
  return (...arrays) => {
    const [first] = arrays;
    return array64(
      first!.shape,
      first!.values.map((_, i) => f(...arrays.map((array) => array.values[i]!))),
    );
  };
}
