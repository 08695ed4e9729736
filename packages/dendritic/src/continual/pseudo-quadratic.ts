/**
 * vᵀ·S⁺·v for a symmetric S [n, n] and the pseudo-inverse S⁺: Householder's tridiagonal form of S, then implicit QL, both
 * applied to v alone, because eigenvectors are not needed. S and v are overwritten.
 */
export function pseudoQuadratic(s: Float64Array, v: Float64Array): number {
  const n = v.length;
  const [diagonal, off] = tridiagonal(s, v, n);
  diagonalize(diagonal, off, v, n);
  const largest = diagonal.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const least = largest * n * 2 ** -52;
  let sum = 0;
  for (let i = 0; i < n; i++) if (Math.abs(diagonal[i]!) > least) sum += v[i]! ** 2 / diagonal[i]!;
  return sum;
}

/** Reduces S to its diagonal and the one beside it by reflections, which v follows. */
function tridiagonal(s: Float64Array, v: Float64Array, n: number): [Float64Array, Float64Array] {
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const w = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = s[k * n + k]!;
    if (k === n - 1) break;
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      w[i] = s[i * n + k]!;
      square += w[i]! ** 2;
    }
    const alpha = w[k + 1]! > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    off[k] = alpha;
    w[k + 1]! -= alpha;
    const norm = square - alpha * (w[k + 1]! + alpha);
    if (norm === 0) continue;
    let wp = 0;
    let wv = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += s[i * n + j]! * w[j]!;
      p[i] = sum / norm;
      wp += p[i]! * w[i]!;
      wv += w[i]! * v[i]!;
    }
    for (let i = k + 1; i < n; i++) p[i]! -= (wp / (2 * norm)) * w[i]!;
    for (let i = k + 1; i < n; i++) {
      const [wi, pi] = [w[i]!, p[i]!];
      for (let j = k + 1; j < n; j++) s[i * n + j]! -= wi * p[j]! + pi * w[j]!;
      v[i]! -= (wv / norm) * wi;
    }
  }
  return [diagonal, off];
}

/** Turns a tridiagonal matrix into its eigenvalues by rotations, which v follows. */
function diagonalize(diagonal: Float64Array, off: Float64Array, v: Float64Array, n: number): void {
  for (let l = 0; l < n; l++) {
    for (let pass = 0; pass < 60; pass++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(off[m]!) <= 2 ** -52 * size) break;
      }
      if (m === l) break;
      sweep(diagonal, off, v, l, m);
    }
  }
}

function sweep(diagonal: Float64Array, off: Float64Array, v: Float64Array, l: number, m: number): void {
  const half = (diagonal[l + 1]! - diagonal[l]!) / (2 * off[l]!);
  const root = Math.hypot(half, 1);
  let g = diagonal[m]! - diagonal[l]! + off[l]! / (half + (half >= 0 ? root : -root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = sine * off[i]!;
    const b = cosine * off[i]!;
    const r = Math.hypot(f, g);
    off[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1]! -= shift;
      off[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    const lower = diagonal[i + 1]! - shift;
    const turned = (diagonal[i]! - lower) * sine + 2 * cosine * b;
    shift = sine * turned;
    diagonal[i + 1] = lower + shift;
    g = cosine * turned - b;
    const next = v[i + 1]!;
    v[i + 1] = sine * v[i]! + cosine * next;
    v[i] = cosine * v[i]! - sine * next;
  }
  diagonal[l]! -= shift;
  off[l] = g;
  off[m] = 0;
}
