import type { RunRecord } from '../run/run-record.ts';
import { escapeHtml } from './html.ts';
import { lineChart } from './line-chart.ts';
import { metricText } from './metric-text.ts';
import type { Summary } from './summarize.ts';

/** One chart per measure, the metric first and wide, under a legend shared by all. */
export function curveFigures(
  { rows }: Summary,
  { about }: RunRecord,
  color: (variant: string) => string,
): string {
  const metrics = new Map(
    [about.metric, ...(about.otherMetrics ?? [])].map((metric) => [metric.name, metricText(metric)]),
  );
  const measured = new Set(rows.flatMap(({ curve }) => Object.keys(curve)));
  // The metric first: it gets the wide chart.
  const measures = [...metrics.keys(), ...measured].filter((name) => measured.has(name));
  const by = about.curveBy ?? 'epoch';
  const legend = rows.map(
    ({ variant }) =>
      `<li><button type="button" aria-pressed="false" data-variant="${escapeHtml(variant)}" style="--c:${color(variant)}">` +
      `<i class="swatch"></i>${escapeHtml(variant)}</button></li>`,
  );
  const figures = [...new Set(measures)].map((measure, rank) => {
    const isFirst = rank === 0;
    const text = metrics.get(measure);
    const title = text?.title ?? spaced(measure);
    // What is drawn later lies on top: the baseline must not be hidden.
    const drawn = rows.toSorted(
      (a, b) => Number(a.variant === about.baseline) - Number(b.variant === about.baseline),
    );
    const series = drawn.map(({ variant, curve }) => ({
      label: variant,
      variant,
      color: color(variant),
      dashed: variant === about.baseline,
      points: (curve[measure] ?? []).map(({ epoch, mean, deviation }) => ({
        x: epoch,
        y: mean,
        ...(deviation > 0 && { band: deviation }),
      })),
    }));
    const chart = lineChart(series, {
      width: isFirst ? 960 : 470,
      height: isFirst ? 340 : 230,
      title: `${title} by ${by}`,
      formatY: (y) => String(Number(text ? text.value(y) : y.toPrecision(3))),
      dots: isFirst,
      wholeX: by === 'epoch',
    });
    return `<figure><figcaption><h3>${escapeHtml(title)}</h3></figcaption>${chart}</figure>`;
  });
  return (
    `<p class="note">By ${escapeHtml(by)}; the line is the mean over seeds, the band one standard deviation. Point at a variant to see ` +
    `it alone.</p><ul class="legend">${legend.join('')}</ul><div class="charts">${figures.join('')}</div>`
  );
}

function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
