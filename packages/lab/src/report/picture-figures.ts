import type { Picture } from '../experiment/experiment.ts';
import { escapeHtml, variantColor } from './html.ts';
import { extent, lineChart } from './line-chart.ts';

/** The experiment's pictures as small multiples with one common y axis. */
export function pictureFigures(pictures: readonly Picture[]): string {
  const rangeY = extent(
    pictures.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([, y]) => y))),
  );
  const figures = pictures.map(({ title, caption, lines }) => {
    const colored = lines.map((line, i) => ({
      ...line,
      color: i === 0 ? 'var(--accent)' : variantColor(i, lines.length),
    }));
    const keys = colored.map(
      ({ label, color, dashed }) =>
        `<span style="--c:${color}"><i${dashed ? ' class="dashed"' : ''}></i>${escapeHtml(label)}</span>`,
    );
    const chart = lineChart(
      colored.map(({ points, ...line }) => ({ ...line, points: points.map(([x, y]) => ({ x, y })) })),
      { width: 250, height: 190, title, formatY: String, origin: true, rangeY },
    );
    return (
      `<figure><figcaption><h3>${escapeHtml(title)}</h3>${caption ? `<p>${escapeHtml(caption)}</p>` : ''}` +
      `<div class="keys">${keys.join('')}</div></figcaption>${chart}</figure>`
    );
  });
  return `<div class="pictures">${figures.join('')}</div>`;
}
