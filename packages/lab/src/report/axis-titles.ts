import { escapeHtml } from './html.ts';

/** What an x title adds to the height of a chart. */
export const X_TITLE_HEIGHT = 16;

/** Axis titles as SVG text: x under the right end of its axis, y along the top of its own. */
export function axisTitles(
  { width, height, left }: { readonly width: number; readonly height: number; readonly left: number },
  x?: string,
  y?: string,
): string {
  const text = (at: string, title: string) => `<text class="axis" ${at}>${escapeHtml(title)}</text>`;
  return (
    (x ? text(`x="${width - 12}" y="${height - 5}" text-anchor="end"`, x) : '') +
    (y ? text(`x="12" y="${left}" text-anchor="end" transform="rotate(-90 12 ${left})"`, y) : '')
  );
}
