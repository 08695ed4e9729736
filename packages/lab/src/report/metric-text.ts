import type { Metric } from '../experiment/experiment.ts';

/** How the numbers of a metric are written. */
export interface MetricText {
  /** The title with its unit, for the head of a column. */
  readonly title: string;
  /** The number alone, e.g. `97.31`; `–` for one that is not finite. */
  readonly value: (value: number) => string;
  /** The number in running text, e.g. `97.31 %`. */
  readonly withUnit: (value: number) => string;
  /** A signed difference, e.g. `+0.12`. */
  readonly difference: (difference: number) => string;
  /** What differences are counted in, in running text: ` points`, or nothing. */
  readonly differenceUnit: string;
}

/** The texts of a metric, in percent or as a plain number. */
export function metricText({
  title,
  format = 'percent',
  decimals = format === 'percent' ? 2 : 4,
}: Metric): MetricText {
  const isPercent = format === 'percent';
  const value = (number: number) =>
    Number.isFinite(number) ? ((isPercent ? 100 : 1) * number).toFixed(decimals) : '–';
  return {
    title: isPercent ? `${title}, %` : title,
    value,
    withUnit: (number) => `${value(number)}${isPercent ? ' %' : ''}`,
    difference: (difference) => {
      const text = value(Math.abs(difference));
      if (!(Number(text) > 0)) return text;
      return `${difference < 0 ? '−' : '+'}${text}`;
    },
    differenceUnit: isPercent ? ' points' : '',
  };
}
