import { fDistribution } from './f-distribution.ts';
import { pseudoQuadratic } from './pseudo-quadratic.ts';

/** What a two-sample Hotelling test needs of one sample [n, p]. */
export interface Moments {
  readonly count: number;
  /** [p] */
  readonly mean: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ, [p, p]. */
  readonly scatter: Float64Array;
}

/** The moments of rows [n, p], row by row. */
export function momentsOf(rows: Float32Array, width: number): Moments {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count;
  const scatter = new Float64Array(width * width);
  const centered = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) centered[i] = rows[row * width + i]! - mean[i]!;
    for (let i = 0; i < width; i++) {
      const x = centered[i]!;
      if (x === 0) continue;
      const at = i * width;
      for (let j = 0; j < width; j++) scatter[at + j]! += x * centered[j]!;
    }
  }
  return { count, mean, scatter };
}

/** The outcome of {@link hotellingTest}. */
export interface HotellingTest {
  readonly tSquared: number;
  readonly f: number;
  /** P(F ≤ f) if both samples have the same mean: near 1 where they hardly can have. */
  readonly confidence: number;
}

/**
 * Whether two samples of vectors have the same mean, by Hotelling's two-sample test with the pooled covariance.
 *
 *     T² = n₁n₂/n · Δᵀ S⁺ Δ,   F = (n − p − 1)/(p(n − 2)) · T²,   n = n₁ + n₂ > p + 1
 */
export function hotellingTest(a: Moments, b: Moments): HotellingTest {
  const n = a.count + b.count;
  const p = a.mean.length;
  const pooled = a.scatter.map((value, i) => (value + b.scatter[i]!) / (n - 2));
  const difference = a.mean.map((value, i) => value - b.mean[i]!);
  const tSquared = ((a.count * b.count) / n) * pseudoQuadratic(pooled, difference);
  const f = ((n - p - 1) / (p * (n - 2))) * tSquared;
  return { tSquared, f, confidence: fDistribution(f, p, n - p - 1) };
}
