import type { HeatMap } from '../experiment/picture.ts';
import { axisTitles, X_TITLE_HEIGHT } from './axis-titles.ts';
import { colorMap } from './color-map.ts';
import { escapeHtml } from './html.ts';
import { extent } from './line-chart.ts';
import { encodePng } from './png.ts';
import { linearScale, ticks } from './ticks.ts';

const WIDTH = 220;
const MARGIN = { left: 34, right: 4, top: 4, bottom: 20 };

/** An SVG heat map: one image, with axes, marks and numbers on it where asked for, and the scale of colours below. */
export function heatMap(map: HeatMap): string {
  const cells = map.cells.map((row) => row.map((value) => value ?? Number.NaN));
  const [rows, columns] = [cells.length, cells[0]!.length];
  const hasAxes = Boolean(map.x || map.y || map.numbers);
  const margin = hasAxes ? MARGIN : { left: 0, right: 0, top: 0, bottom: 0 };
  const width = WIDTH - margin.left - margin.right;
  // Cells are squares, but for axes with units and matrices that would be slivers.
  const ratio = map.x?.range || map.y?.range ? 1 : Math.min(2, Math.max(0.25, rows / columns));
  const height = Math.round(width * ratio);
  const outer = margin.top + height + margin.bottom + (map.x?.title ? X_TITLE_HEIGHT : 0);
  const range = map.range ?? valueRange(cells.flat().filter(Number.isFinite), map.center);
  const color = colorMap(range, map.center);
  const toX = linearScale(map.x?.range ?? [-0.5, columns - 0.5], [margin.left, margin.left + width]);
  const toY = linearScale(map.y?.range ?? [rows - 0.5, -0.5], [margin.top + height, margin.top]);
  const png = encodePng(cells.map((row) => row.map(color))).toString('base64');
  const image =
    `<image x="${margin.left}" y="${margin.top}" width="${width}" height="${height}" preserveAspectRatio="none" ` +
    `href="data:image/png;base64,${png}"/>`;
  const axes = hasAxes
    ? `<g class="grid">${labels(map, [rows, columns], toX, toY, margin.left, margin.top + height)}` +
      `${axisTitles({ width: WIDTH, height: outer, left: margin.top }, map.x?.title, map.y?.title)}</g>`
    : '';
  const numbers = map.numbers
    ? cells.map((row, y) => row.map((v, x) => number(v, toX(x), toY(y), color(v))).join(''))
    : [];
  const marks = (map.points ?? []).map(
    ({ x, y, label = '' }) =>
      `<circle cx="${toX(x)}" cy="${toY(y)}" r="4"/><text x="${toX(x)}" y="${toY(y) - 7}" text-anchor="middle">${escapeHtml(label)}</text>`,
  );
  return (
    `<svg viewBox="0 0 ${WIDTH} ${outer}" role="img" aria-label="${escapeHtml(map.title)}">${image}${axes}` +
    `<g class="cells">${numbers.join('')}</g><g class="marks">${marks.join('')}</g></svg>` +
    `<div class="scale"><span>${short(range[0])}</span><i style="background:linear-gradient(to right,${gradient(range, color)})"></i>` +
    `<span>${short(range[1])}</span></div>`
  );
}

function valueRange(values: readonly number[], center: number | undefined): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = extent(values);
  if (center === undefined) return [low, high];
  const reach = Math.max(center - low, high - center) || 1;
  return [center - reach, center + reach];
}

function labels(
  { x, y }: HeatMap,
  [rows, columns]: readonly [number, number],
  toX: (value: number) => number,
  toY: (value: number) => number,
  left: number,
  bottom: number,
): string {
  const along = (count: number, range?: readonly [number, number]) =>
    range ? ticks(...range, 4).values : ticks(0, count - 1, Math.min(10, count), 1).values;
  return [
    ...along(columns, x?.range).map(
      (v) => `<text x="${toX(v)}" y="${bottom + 14}" text-anchor="middle">${v}</text>`,
    ),
    ...along(rows, y?.range).map(
      (v) => `<text x="${left - 5}" y="${toY(v) + 3.5}" text-anchor="end">${v}</text>`,
    ),
  ].join('');
}

function number(value: number, x: number, y: number, [red, green, blue]: readonly number[]): string {
  const isDark = 0.3 * red! + 0.59 * green! + 0.11 * blue! < 140;
  const text = Number.isNaN(value) ? '' : short(value).replace(/^(-?)0\./, '$1.');
  return `<text class="${isDark ? 'light' : 'dark'}" x="${x}" y="${y + 3}" text-anchor="middle">${text}</text>`;
}

function gradient(
  [low, high]: readonly [number, number],
  color: (value: number) => readonly number[],
): string {
  return Array.from({ length: 9 }, (_, i) => `rgb(${color(low + (i / 8) * (high - low)).join(' ')})`).join(
    ',',
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
