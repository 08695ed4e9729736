import { axisTitles, X_TITLE_HEIGHT } from './axis-titles.ts';
import { escapeHtml } from './html.ts';
import { linearScale, ticks } from './ticks.ts';

/** A line of a chart: y by position on the x axis, with an optional half-width of the band around it. */
export interface Series {
  readonly label: string;
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly band?: number }[];
  readonly dashed?: boolean;
  /** Name by which the page's script finds what belongs together; none: not highlighted. */
  readonly variant?: string;
}

export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  /** What a screen reader says. */
  readonly title: string;
  readonly formatY: (y: number) => string;
  /** Marks each point and names it on hover. Default `false`. */
  readonly dots?: boolean;
  /** Draws stronger lines where x = 0 and y = 0. Default `false`. */
  readonly origin?: boolean;
  /** Counts on the x axis: no ticks between whole numbers. Default `false`. */
  readonly wholeX?: boolean;
  /** Lowest and highest y, for charts to be compared. Default: what the series span. */
  readonly rangeY?: readonly [number, number];
  /** Lowest and highest x. Default: what the series span. */
  readonly rangeX?: readonly [number, number];
  readonly titleX?: string;
  readonly titleY?: string;
}

const MARGIN = { left: 46, right: 12, top: 10, bottom: 24 };

/** An SVG line chart with bands, grid and axes; colours come from the page's CSS variables. */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const { width, height, formatY } = options;
  // A training that diverged has points that are no numbers.
  const drawn = series.map((each) => ({
    ...each,
    points: each.points.filter(({ y }) => Number.isFinite(y)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const [left, right] = options.rangeX ?? extent(all.map(({ x }) => x));
  const xTicks = ticks(left, right, width / 50, options.wholeX ? 1 : 0);
  const [low, high] = options.rangeY ?? extent(all.flatMap(({ y, band = 0 }) => [y - band, y + band]));
  const yTicks = ticks(low, high, height / 38);
  const x = linearScale(xTicks.domain, [MARGIN.left, width - MARGIN.right]);
  const y = linearScale(yTicks.domain, [height - MARGIN.bottom, MARGIN.top]);
  const strong = (value: number) => (options.origin && value === 0 ? ' class="origin"' : '');
  const grid = [
    ...yTicks.values.map(
      (v) =>
        `<line${strong(v)} x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${y(v)}" y2="${y(v)}"/>` +
        `<text x="${MARGIN.left - 7}" y="${y(v) + 3.5}" text-anchor="end">${escapeHtml(formatY(v))}</text>`,
    ),
    ...xTicks.values.map(
      (v) =>
        `<line${strong(v)} x1="${x(v)}" x2="${x(v)}" y1="${MARGIN.top}" y2="${height - MARGIN.bottom}"/>` +
        `<text x="${x(v)}" y="${height - 7}" text-anchor="middle">${v}</text>`,
    ),
  ].join('');
  const lines = drawn.map((each) => drawSeries(each, x, y, options)).join('');
  const titles = axisTitles(
    { width, height: height + X_TITLE_HEIGHT, left: MARGIN.top },
    options.titleX,
    options.titleY,
  );
  return (
    `<svg viewBox="0 0 ${width} ${height + (options.titleX ? X_TITLE_HEIGHT : 0)}" role="img" aria-label="${escapeHtml(options.title)}">` +
    `<g class="grid">${grid}${titles}</g>${lines}</svg>`
  );
}

/** The smallest and the largest of some values; 0 and 1 where there are none. */
export function extent(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)];
}

type ToPixels = (value: number) => number;

function drawSeries(series: Series, x: ToPixels, y: ToPixels, { dots, formatY }: ChartOptions): string {
  const { points, label, color, variant, dashed } = series;
  const path = (ys: (point: Series['points'][number]) => number, along = points) =>
    along.map((point) => `${x(point.x)},${y(ys(point))}`).join('L');
  const banded = points.filter(({ band }) => band);
  const upper = path(({ y: value, band }) => value + band!, banded);
  const lower = path(({ y: value, band }) => value - band!, banded.toReversed());
  const band = banded.length > 1 ? `<path class="band" d="M${upper}L${lower}Z"/>` : '';
  const marks = dots
    ? points.map(
        (point) =>
          `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="2.6"><title>${escapeHtml(
            `${label}, ${point.x}: ${formatY(point.y)}${point.band ? ` ± ${formatY(point.band)}` : ''}`,
          )}</title></circle>`,
      )
    : [];
  const owner = variant === undefined ? '' : ` data-variant="${escapeHtml(variant)}"`;
  return (
    `<g class="series${dashed ? ' dashed' : ''}"${owner} style="--c:${color}">${band}` +
    `<path class="line" d="M${path(({ y: value }) => value)}"/>${marks.join('')}</g>`
  );
}
