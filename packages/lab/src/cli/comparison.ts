import { findings } from '../report/findings.ts';
import { percent, points } from '../report/html.ts';
import { summarize } from '../report/summarize.ts';
import type { Result } from '../run/results-file.ts';
import type { RunRecord } from '../run/run-record.ts';

/** The comparison as text for a terminal: the table, then the findings. */
export function comparison(record: RunRecord, results: readonly Result[]): string {
  if (results.length === 0) return 'No training has finished yet.';
  const { about } = record;
  const summary = summarize(record, results);
  const header = ['variant', `${about.metric.title}, %`, `Δ to ${about.baseline}`, 'parameters', 's/epoch'];
  const rows = summary.rows.map(({ variant, score, gain, parameters, secondsPerEpoch }) => [
    variant,
    `${percent(score.mean)}${Number.isNaN(score.deviation) ? '' : ` ± ${percent(score.deviation)}`}`,
    gain === null ? '' : points(gain),
    parameters.toLocaleString('en'),
    secondsPerEpoch.toPrecision(2),
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
