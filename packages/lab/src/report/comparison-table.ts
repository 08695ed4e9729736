import type { RunRecord } from '../run/run-record.ts';
import { escapeHtml } from './html.ts';
import { type MetricText, metricText } from './metric-text.ts';
import { type Row, type Spread, type Summary, secondsOf } from './summarize.ts';
import { linearScale } from './ticks.ts';

/** The table of variants: score with its spread, every seed as a dot, parameters, speed, difference from the baseline. */
export function comparisonTable(
  { rows, noise }: Summary,
  { about, settings }: RunRecord,
  color: (variant: string) => string,
): string {
  const text = metricText(about.metric);
  const others = (about.otherMetrics ?? []).map((metric) => ({
    name: metric.name,
    text: metricText(metric),
  }));
  const scores = rows.flatMap((row) => row.scores).filter(Number.isFinite);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const strip = linearScale([low, high], [6, 154]);
  const isTimed = rows.some(secondsOf);
  const body = rows.map((row, rank) => {
    const isBaseline = row.variant === about.baseline;
    const tag = isBaseline
      ? ' <span class="tag">baseline</span>'
      : rank === 0
        ? ' <span class="tag best">best</span>'
        : '';
    const missing = settings.seeds - row.scores.length;
    const unfinished =
      missing > 0 ? ` <span class="tag">${missing} of ${settings.seeds} seeds missing</span>` : '';
    return (
      `<tr data-variant="${escapeHtml(row.variant)}" style="--c:${color(row.variant)}"${rank === 0 ? ' class="first"' : ''}>` +
      `<th scope="row"><i class="swatch"></i>${escapeHtml(row.variant)}${tag}${unfinished}</th>` +
      `<td class="number">${spread(row.score, text)}</td>` +
      `<td class="strip">${seedStrip(row, strip, text)}</td>` +
      `<td class="number${isWithin(row.gain, noise) ? ' faint' : ''}">${row.gain === null ? '' : text.difference(row.gain)}</td>` +
      `${others.map((other) => `<td class="number">${spread(row.others[other.name]!, other.text)}</td>`).join('')}` +
      `<td class="number">${row.parameters.toLocaleString('en')}</td>` +
      `${isTimed ? `<td class="number">${secondsOf(row)}</td>` : ''}</tr>`
    );
  });
  return (
    '<div class="scroll"><table><thead><tr><th scope="col">variant</th>' +
    `<th scope="col" class="number">${escapeHtml(text.title)}</th>` +
    `<th scope="col" class="strip"><div><span>${text.value(low)}</span><span>each seed</span><span>${text.value(high)}</span></div></th>` +
    `<th scope="col" class="number">Δ to ${escapeHtml(about.baseline)}</th>` +
    `${others.map((other) => `<th scope="col" class="number">${escapeHtml(other.text.title)}</th>`).join('')}` +
    '<th scope="col" class="number">parameters</th>' +
    `${isTimed ? `<th scope="col" class="number">s / ${escapeHtml(about.curveBy ?? 'epoch')}</th>` : ''}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
  );
}

function spread({ mean, deviation }: Spread, { value }: MetricText): string {
  const range = Number.isNaN(deviation) ? '' : ` <span class="faint">± ${value(deviation)}</span>`;
  return `${value(mean)}${range}`;
}

function isWithin(gain: number | null, noise: number): boolean {
  return gain !== null && !(Math.abs(gain) > noise);
}

function seedStrip({ scores, score }: Row, x: (score: number) => number, text: MetricText): string {
  if (!Number.isFinite(score.mean)) return '';
  const dots = scores.map(
    (each) => `<circle cx="${x(each)}" cy="9" r="3.5"><title>${text.withUnit(each)}</title></circle>`,
  );
  return (
    `<svg viewBox="0 0 160 18" width="160" height="18" aria-hidden="true"><line class="rail" x1="0" x2="160" y1="9" y2="9"/>` +
    `${dots.join('')}<line class="mean" x1="${x(score.mean)}" x2="${x(score.mean)}" y1="1" y2="17"/></svg>`
  );
}
