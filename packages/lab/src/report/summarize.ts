import type { CurvePoint, Metric } from '../experiment/experiment.ts';
import type { Result } from '../run/results-file.ts';
import type { RunRecord } from '../run/run-record.ts';

/** Mean and sample standard deviation; `deviation` is NaN for a single value. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** A spread at a position on the x axis. */
export interface CurveSpread extends Spread {
  readonly epoch: number;
}

/** One row of the comparison: a variant over its finished seeds. */
export interface Row {
  readonly variant: string;
  readonly scores: readonly number[];
  readonly score: Spread;
  readonly parameters: number;
  /** The spread of each of the other metrics, by name. */
  readonly others: Readonly<Record<string, Spread>>;
  /** Median time from one point of the curve to the next; NaN without a curve. */
  readonly secondsPerPoint: number;
  /** Difference of the mean score from the baseline's; `null` for the baseline, or while it has no result. */
  readonly gain: number | null;
  /** For each measure of the curve, its spread over seeds at each point. */
  readonly curve: Readonly<Record<string, readonly CurveSpread[]>>;
}

export interface Summary {
  /** Best mean first. */
  readonly rows: readonly Row[];
  /**
   * Twice the standard error of the difference of two means, from the spread pooled over variants: differences below
   * it cannot be told from the luck of the seeds. NaN with one seed.
   */
  readonly noise: number;
}

/** Aggregates the results of a run over seeds, variant by variant. */
export function summarize({ about, settings }: RunRecord, results: readonly Result[]): Summary {
  const rows = settings.variants.flatMap((variant) => {
    const own = results.filter((result) => result.variant === variant);
    return own.length === 0 ? [] : [row(variant, own, about)];
  });
  const baseline = rows.find(({ variant }) => variant === about.baseline);
  return {
    rows: rows
      .map((each) => ({
        ...each,
        gain: baseline && each !== baseline ? each.score.mean - baseline.score.mean : null,
      }))
      .sort((a, b) => (about.metric.better === 'lower' ? -1 : 1) * (b.score.mean - a.score.mean)),
    noise: noise(rows),
  };
}

/** The time of a row from point to point as text; '' where its curve is not one over time. */
export function secondsOf({ secondsPerPoint }: Row): string {
  return secondsPerPoint > 0 ? secondsPerPoint.toPrecision(2) : '';
}

function row(
  variant: string,
  results: readonly Result[],
  { metric, otherMetrics = [] }: RunRecord['about'],
): Omit<Row, 'gain'> {
  const values = ({ name }: Metric) => results.map(({ metrics }) => metrics[name] ?? Number.NaN);
  const scores = values(metric);
  const points = results.flatMap(({ curve }) => curve);
  return {
    variant,
    scores,
    score: spread(scores),
    parameters: results[0]!.parameters,
    others: Object.fromEntries(otherMetrics.map((each) => [each.name, spread(values(each))])),
    secondsPerPoint: median(points.map(({ seconds }) => seconds)),
    curve: curveSpread(results.map(({ curve }) => curve)),
  };
}

function curveSpread(curves: readonly (readonly CurvePoint[])[]): Record<string, CurveSpread[]> {
  // A variant may stop early with one seed and not with another: the longest curve sets the length.
  const longest = curves.reduce((a, b) => (b.length > a.length ? b : a));
  const measures = new Set(longest.flatMap((point) => Object.keys(point)));
  for (const key of ['epoch', 'seconds']) measures.delete(key);
  return Object.fromEntries(
    [...measures].map((measure) => [
      measure,
      longest.map(({ epoch }, i) => ({
        epoch,
        ...spread(curves.flatMap((curve) => curve[i]?.[measure] ?? [])),
      })),
    ]),
  );
}

function noise(rows: readonly Omit<Row, 'gain'>[]): number {
  const repeated = rows.filter(({ scores }) => scores.length > 1);
  if (repeated.length === 0) return Number.NaN;
  const freedom = sum(repeated.map(({ scores }) => scores.length - 1));
  const variance =
    sum(repeated.map(({ score, scores }) => score.deviation ** 2 * (scores.length - 1))) / freedom;
  return 2 * Math.sqrt((2 * variance) / Math.min(...repeated.map(({ scores }) => scores.length)));
}

function spread(values: readonly number[]): Spread {
  const mean = sum(values) / values.length;
  const deviation = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
  return { mean, deviation };
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
