import { ArgumentError } from '@arborize/core';
import type { Gate } from './gate-call.ts';

/** Mean and standard deviation of a gate's output when its inputs are independent N(0, 1). */
export interface Normalizer {
  readonly mean: number;
  readonly deviation: number;
}

/** Options of {@link normalizers}. */
export interface NormalizersOptions {
  /** The constants of the exact gates instead of the piecewise linear ones. Default false. */
  readonly exact?: boolean;
}

/** The largest group of the exact gates with constants: the sums behind them grow with k². */
const LARGEST_EXACT_GROUP = 16;

const known = new Map<string, Readonly<Record<Gate, Normalizer>>>();

/**
 * The constants that give a gate over k standard normal inputs zero mean and unit variance: (f − mean) / deviation.
 *
 * With Q(t) = P(Z > t), and all integrals over t ≥ 0, the piecewise linear gates have
 *
 *     mean of OR   = k/√(2π) − ∫ Qᵏ dt            mean of AND = −mean of OR, same variance
 *     variance     = k/2 + k(k−1)/(2π) + ∫ 2t·Qᵏ dt − mean²
 *     mean of XNOR = 0                            variance    = ∫ 2t·(2Q)ᵏ dt
 *
 * The exact gates are functions of a sum of k independent terms, whose law is a k-fold convolution. Values are computed
 * once for each k and kept; they agree with the published ones to the digits published.
 *
 * @param k Inputs of a gate, an integer ≥ 2, and at most 16 with `exact`.
 * @throws ArgumentError for another k.
 * @example
 * normalizers(2).or; // { mean: 0.6810370721758…, deviation: 0.972287740029… }
 * @see Lowe et al., "Logical Activation Functions", NeurIPS 2022, arXiv 2110.11940, §3.2.
 */
export function normalizers(
  k: number,
  { exact = false }: NormalizersOptions = {},
): Readonly<Record<Gate, Normalizer>> {
  if (!Number.isInteger(k) || k < 2 || (exact && k > LARGEST_EXACT_GROUP)) {
    throw new ArgumentError({
      where: 'normalizers',
      argument: 'k',
      got: k,
      expected: exact ? `an integer from 2 to ${LARGEST_EXACT_GROUP} for the exact gates` : 'an integer ≥ 2',
      remedy: exact ? 'Pass normalized: false for larger groups.' : undefined,
    });
  }
  const key = `${k}${exact ? ' exact' : ''}`;
  const constants = known.get(key) ?? (exact ? exactConstants(k) : approximateConstants(k));
  known.set(key, constants);
  return constants;
}

function byGate(orMean: number, orVariance: number, xnorVariance: number): Record<Gate, Normalizer> {
  const deviation = Math.sqrt(orVariance);
  return {
    and: { mean: -orMean, deviation },
    or: { mean: orMean, deviation },
    xnor: { mean: 0, deviation: Math.sqrt(xnorVariance) },
  };
}

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

function approximateConstants(k: number): Record<Gate, Normalizer> {
  // Simpson's rule on [0, 12], beyond which Q is 0 in float64; Q itself is summed the same way, from its far end.
  const step = 1 / 256;
  const last = 12 / step;
  const q = new Float64Array(last + 1);
  for (let i = last - 1; i >= 0; i--) {
    const t = i * step;
    const middle = normalDensity(t + step / 2);
    q[i] = q[i + 1]! + (step / 6) * (normalDensity(t) + 4 * middle + normalDensity(t + step));
  }
  const integral = (f: (t: number, q: number) => number) => {
    const weight = (i: number) => (i === 0 || i === last ? 1 : i % 2 ? 4 : 2);
    return (step / 3) * q.reduce((sum, tail, i) => sum + weight(i) * f(i * step, tail), 0);
  };
  const mean = k / Math.sqrt(2 * Math.PI) - integral((_, tail) => tail ** k);
  const square = k / 2 + (k * (k - 1)) / (2 * Math.PI) + integral((t, tail) => 2 * t * tail ** k);
  return byGate(
    mean,
    square - mean * mean,
    integral((t, tail) => 2 * t * (2 * tail) ** k),
  );
}

/** The step of the grid on which laws of sums are convolved: errors in the constants stay below 5e-6. */
const STEP = 1 / 64;

function exactConstants(k: number): Record<Gate, Normalizer> {
  // OR = log(e^L − 1) with L = Σ softplus(zᵢ).
  const softplusLaw = (u: number) => normalDensity(Math.log(Math.expm1(u))) / -Math.expm1(-u);
  const sumLaw = lawOfSum(k, 10, softplusLaw);
  const or = (sum: number) => sum + Math.log(-Math.expm1(-sum));
  const mean = expectation(sumLaw, or);
  const square = expectation(sumLaw, (sum) => or(sum) ** 2);
  // |parity| = g(Σ g(|zᵢ|)) with g(v) = −log tanh(v/2), which is its own inverse.
  const g = (v: number) => -Math.log(Math.tanh(v / 2));
  const parityLaw = lawOfSum(k, 24, (v) => (2 * normalDensity(g(v))) / Math.sinh(v));
  return byGate(
    mean,
    square - mean * mean,
    expectation(parityLaw, (sum) => g(sum) ** 2),
  );
}

/** Weights of a sum of k independent terms at multiples of STEP; the density must vanish smoothly at both ends. */
function lawOfSum(k: number, limit: number, density: (x: number) => number): Float64Array {
  const term = Float64Array.from({ length: limit / STEP }, (_, i) => (i > 0 ? STEP * density(i * STEP) : 0));
  let sum = term;
  for (let terms = 2; terms <= k; terms++) {
    const next = new Float64Array(sum.length + term.length);
    for (let i = 0; i < sum.length; i++) {
      for (let j = 0; j < term.length; j++) next[i + j]! += sum[i]! * term[j]!;
    }
    sum = next;
  }
  return sum;
}

function expectation(law: Float64Array, f: (x: number) => number): number {
  return law.reduce((sum, weight, i) => (weight > 0 ? sum + weight * f(i * STEP) : sum), 0);
}
