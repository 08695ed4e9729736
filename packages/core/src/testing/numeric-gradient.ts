import type { Array64 } from './array64.ts';

/**
 * The gradient of `Σ dy · f(inputs)` with respect to each input, by central differences in float64.
 *
 * @param step The half width h of (f(x+h) − f(x−h)) / 2h.
 */
export function numericGradient(
  f: (...inputs: Array64[]) => Array64,
  inputs: readonly Array64[],
  dy: Array64,
  step = 1e-5,
): Float64Array[] {
  const weighted = () => f(...inputs).values.reduce((sum, y, i) => sum + y * dy.values[i]!, 0);
  return inputs.map(({ values }) =>
    values.map((x, i) => {
      values[i] = x + step;
      const above = weighted();
      values[i] = x - step;
      const below = weighted();
      values[i] = x;
      return (above - below) / (2 * step);
    }),
  );
}
