import { findings } from '../report/findings.ts';
import { metricText } from '../report/metric-text.ts';
import { type Spread, secondsOf, summarize } from '../report/summarize.ts';
import type { Result } from '../run/results-file.ts';
import type { RunRecord } from '../run/run-record.ts';

/** The comparison as text for a terminal: the table, then the findings. */
export function comparison(record: RunRecord, results: readonly Result[]): string {
  if (results.length === 0) return 'No training has finished yet.';
  const { about } = record;
  const summary = summarize(record, results);
  const text = metricText(about.metric);
  const others = (about.otherMetrics ?? []).map((metric) => ({
    name: metric.name,
    text: metricText(metric),
  }));
  const spread = ({ value }: typeof text, { mean, deviation }: Spread) =>
    `${value(mean)}${Number.isNaN(deviation) ? '' : ` ± ${value(deviation)}`}`;
  const isTimed = summary.rows.some(secondsOf);
  const header = [
    'variant',
    text.title,
    `Δ to ${about.baseline}`,
    ...others.map((other) => other.text.title),
    'parameters',
    ...(isTimed ? [`s/${about.curveBy ?? 'epoch'}`] : []),
  ];
  const rows = summary.rows.map((row) => [
    row.variant,
    spread(text, row.score),
    row.gain === null ? '' : text.difference(row.gain),
    ...others.map((other) => spread(other.text, row.others[other.name]!)),
    row.parameters.toLocaleString('en'),
    ...(isTimed ? [secondsOf(row)] : []),
  ]);
  return [...align([header, ...rows]), '', ...findings(summary, record)].join('\n');
}

/** Columns of equal width, the first to the left, the others to the right. */
function align(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('   ')
      .trimEnd(),
  );
}
