import { mixWord } from './bernoulli-words.ts';

const LEVELS = 65536;

/** The standard normal quantiles at the middle of each of 65536 equal parts; made at the first call. */
let quantiles: Float32Array | undefined;

/**
 * Standard normal numbers that depend on nothing but the seed and their place, the same on every machine and backend: each is
 * one of 65536 quantiles, of mean 0 and variance 1, between −4.4 and 4.4.
 *
 * @param first The place of the first one.
 * @param scale What all of them are multiplied by.
 */
export function counterNormals(seed: number, count: number, first = 0, scale = 1): Float32Array {
  quantiles ??= standardQuantiles();
  const key = mixWord(seed + 0x9e3779b9);
  const normals = new Float32Array(count);
  let word = 0;
  for (let i = 0; i < count; i++) {
    const place = first + i;
    // A word is enough for two.
    if (i === 0 || (place & 1) === 0) word = mixWord((place >>> 1) ^ key);
    normals[i] = scale * quantiles[place & 1 ? word >>> 16 : word & 0xffff]!;
  }
  return normals;
}

function standardQuantiles(): Float32Array {
  const half = Float64Array.from({ length: LEVELS / 2 }, (_, i) => quantile((LEVELS / 2 + i + 0.5) / LEVELS));
  const variance = half.reduce((sum, z) => sum + z * z, 0) / half.length;
  const table = new Float32Array(LEVELS);
  for (const [i, z] of half.entries()) {
    table[LEVELS / 2 + i] = z / Math.sqrt(variance);
    table[LEVELS / 2 - 1 - i] = -z / Math.sqrt(variance);
  }
  return table;
}

/** The z > 0 with Φ(z) = p: two Newton steps from a tail estimate. */
function quantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  // Abramowitz and Stegun 26.2.23 has an error below 4.5e-4, a Newton step squares it.
  let z =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) /
      (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
  for (let step = 0; step < 2; step++) {
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    z -= (cumulative(z, density) - p) / density;
  }
  return z;
}

/** Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/15 + …). */
function cumulative(z: number, density: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + density * sum;
}
