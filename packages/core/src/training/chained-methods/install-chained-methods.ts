import {
  div,
  mean,
  reshape,
  sign,
  square,
  stridedSlice,
  sub,
  sum,
  Tensor,
  transpose,
} from '@tensorflow/tfjs-core';

// What tfjs-layers 4.22 calls on tensors but only the union package `@tensorflow/tfjs` defines: the `orthogonal`
// initialiser uses flatten, stridedSlice, sign, transpose and reshape; `r2Score` uses sub, square, sum, mean and div.
const METHODS = {
  div: (x: Tensor, y: Tensor) => div(x, y),
  flatten: (x: Tensor) => reshape(x, [x.size]),
  mean: (x: Tensor, axis?: number | number[], keepDims?: boolean) => mean(x, axis, keepDims),
  reshape: (x: Tensor, shape: number[]) => reshape(x, shape),
  sign: (x: Tensor) => sign(x),
  square: (x: Tensor) => square(x),
  stridedSlice: (
    x: Tensor,
    ...bounds: Parameters<typeof stridedSlice> extends [unknown, ...infer B] ? B : never
  ) => stridedSlice(x, ...bounds),
  sub: (x: Tensor, y: Tensor) => sub(x, y),
  sum: (x: Tensor, axis?: number | number[], keepDims?: boolean) => sum(x, axis, keepDims),
  transpose: (x: Tensor, perm?: number[]) => transpose(x, perm),
};

/**
 * Gives `Tensor.prototype` the ten chained methods that tfjs-layers itself needs, so that the `orthogonal` initialiser
 * (the default of LSTM, GRU and SimpleRNN) and the `r2Score` metric work without the union package
 * `@tensorflow/tfjs`.
 *
 * Methods that exist already stay as they are, and calling it again changes nothing. `useBackend` of
 * `@arborize/backends` calls it; importing a module never does.
 *
 * @example
 * installChainedMethods();
 * tf.layers.lstm({ units: 4 }).apply(tf.zeros([1, 3, 2])).shape; // [1, 4]
 */
export function installChainedMethods(): void {
  for (const [name, method] of Object.entries(METHODS)) {
    if (name in Tensor.prototype) continue;
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...args: unknown[]) {
        return (method as (x: Tensor, ...args: unknown[]) => Tensor)(this, ...args);
      },
      // Writable, because the union package assigns its own methods when it is loaded later.
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}
