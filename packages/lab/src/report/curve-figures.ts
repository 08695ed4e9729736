import type { RunRecord } from '../run/run-record.ts';
import { escapeHtml, percent } from './html.ts';
import { lineChart } from './line-chart.ts';
import type { Summary } from './summarize.ts';

/** One chart per measure, the metric first and wide, under a legend shared by all. */
export function curveFigures(
  { rows }: Summary,
  { about }: RunRecord,
  color: (variant: string) => string,
): string {
  const measures = new Set([about.metric.name, ...rows.flatMap(({ curve }) => Object.keys(curve))]);
  const legend = rows.map(
    ({ variant }) =>
      `<li><button type="button" aria-pressed="false" data-variant="${escapeHtml(variant)}" style="--c:${color(variant)}">` +
      `<i class="swatch"></i>${escapeHtml(variant)}</button></li>`,
  );
  const figures = [...measures].map((measure) => {
    const isMetric = measure === about.metric.name;
    const title = isMetric ? `${about.metric.title}, %` : spaced(measure);
    // What is drawn later lies on top: the baseline must not be hidden.
    const drawn = rows.toSorted(
      (a, b) => Number(a.variant === about.baseline) - Number(b.variant === about.baseline),
    );
    const series = drawn.map(({ variant, curve }) => ({
      label: variant,
      variant,
      color: color(variant),
      dashed: variant === about.baseline,
      points: (curve[measure] ?? []).map(({ mean, deviation }, i) => ({
        x: i + 1,
        y: mean,
        ...(deviation > 0 && { band: deviation }),
      })),
    }));
    const chart = lineChart(series, {
      width: isMetric ? 960 : 470,
      height: isMetric ? 340 : 230,
      title: `${title} by epoch`,
      formatY: (y) => String(Number(isMetric ? percent(y) : y.toPrecision(3))),
      dots: isMetric,
      wholeX: true,
    });
    return `<figure><figcaption><h3>${escapeHtml(title)}</h3></figcaption>${chart}</figure>`;
  });
  return (
    `<p class="note">By epoch; the line is the mean over seeds, the band one standard deviation. Point at a variant to see ` +
    `it alone.</p><ul class="legend">${legend.join('')}</ul><div class="charts">${figures.join('')}</div>`
  );
}

function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
