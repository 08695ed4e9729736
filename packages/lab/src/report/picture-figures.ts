import type { LinePicture, Picture } from '../experiment/picture.ts';
import { barChart } from './bar-chart.ts';
import { heatMap } from './heat-map.ts';
import { escapeHtml, variantColor } from './html.ts';
import { extent, lineChart } from './line-chart.ts';

/** Pictures as small multiples; lines share the y axis with those of the same y title. */
export function pictureFigures(pictures: readonly Picture[]): string {
  const figures = pictures.map((picture) => {
    const { title, caption } = picture;
    return (
      `<figure><figcaption><h3>${escapeHtml(title)}</h3>${caption ? `<p>${escapeHtml(caption)}</p>` : ''}` +
      `${'lines' in picture ? keys(picture) : ''}</figcaption>${draw(picture, pictures)}</figure>`
    );
  });
  return `<div class="pictures">${figures.join('')}</div>`;
}

function draw(picture: Picture, all: readonly Picture[]): string {
  if ('cells' in picture) return heatMap(picture);
  if ('bars' in picture) return barChart(picture);
  const { title, x, y } = picture;
  const together = all.filter((each): each is LinePicture => 'lines' in each && each.y?.title === y?.title);
  return lineChart(
    colored(picture).map(({ points, ...line }) => ({ ...line, points: points.map(([x, y]) => ({ x, y })) })),
    {
      width: 250,
      height: 190,
      title,
      formatY: String,
      origin: true,
      rangeY:
        y?.range ??
        extent(together.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([, y]) => y)))),
      ...(x?.range && { rangeX: x.range }),
      ...(x?.title && { titleX: x.title }),
      ...(y?.title && { titleY: y.title }),
    },
  );
}

function keys(picture: LinePicture): string {
  const items = colored(picture).map(
    ({ label, color, dashed }) =>
      `<span style="--c:${color}"><i${dashed ? ' class="dashed"' : ''}></i>${escapeHtml(label)}</span>`,
  );
  return `<div class="keys">${items.join('')}</div>`;
}

function colored({ lines }: LinePicture) {
  return lines.map((line, i) => ({
    ...line,
    color: i === 0 ? 'var(--accent)' : variantColor(i, lines.length),
  }));
}
