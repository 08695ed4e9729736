import type { BarChart } from '../experiment/picture.ts';
import { axisTitles, X_TITLE_HEIGHT } from './axis-titles.ts';
import { escapeHtml } from './html.ts';
import { extent } from './line-chart.ts';
import { linearScale, ticks } from './ticks.ts';

const WIDTH = 250;
const HEIGHT = 190;
const MARGIN = { left: 46, right: 12, top: 10, bottom: 24 };
/** Pixels that a label below a bar needs. */
const LABEL_WIDTH = 34;

/** An SVG bar chart; with many bars only some are labelled, and each tells its label and value on hover. */
export function barChart({ title, bars, x, y }: BarChart): string {
  const height = HEIGHT + (x?.title ? X_TITLE_HEIGHT : 0);
  const bottom = HEIGHT - MARGIN.bottom;
  const [low, high] = y?.range ?? extent([0, ...bars.map(({ value }) => value).filter(Number.isFinite)]);
  const { values, domain } = ticks(low, high, 5);
  const toY = linearScale(domain, [bottom, MARGIN.top]);
  const slot = (WIDTH - MARGIN.left - MARGIN.right) / Math.max(1, bars.length);
  const every = Math.max(1, Math.ceil(LABEL_WIDTH / slot));
  const grid = values.map(
    (value) =>
      `<line${value === 0 ? ' class="origin"' : ''} x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${toY(value)}" y2="${toY(value)}"/>` +
      `<text x="${MARGIN.left - 7}" y="${toY(value) + 3.5}" text-anchor="end">${value}</text>`,
  );
  const zero = toY(Math.min(Math.max(0, domain[0]), domain[1]));
  const marks = bars.map(({ label, value }, i) => {
    const left = MARGIN.left + i * slot;
    const top = Number.isFinite(value) ? toY(value) : zero;
    const gap = Math.min(2, slot / 4);
    const name =
      i % every === 0
        ? `<text x="${(left + slot / 2).toFixed(1)}" y="${HEIGHT - 7}" text-anchor="middle">${escapeHtml(label)}</text>`
        : '';
    return (
      `<rect x="${(left + gap / 2).toFixed(1)}" y="${Math.min(top, zero)}" width="${(slot - gap).toFixed(1)}" ` +
      `height="${Math.abs(top - zero).toFixed(1)}"><title>${escapeHtml(`${label}: ${value}`)}</title></rect>${name}`
    );
  });
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}"><g class="grid">${grid.join('')}` +
    `${axisTitles({ width: WIDTH, height, left: MARGIN.top }, x?.title, y?.title)}</g><g class="grid bars">${marks.join('')}</g></svg>`
  );
}
