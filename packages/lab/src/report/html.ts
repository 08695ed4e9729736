/** Text safe inside an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The CSS colour of the `index`-th of `count` variants; the hues are spread evenly, the lightness follows the theme. */
export function variantColor(index: number, count: number): string {
  const hue = Math.round((360 * index) / count + 20) % 360;
  return `oklch(calc(var(--mark) + ${index % 2 ? '.06' : '-.04'}) .15 ${hue})`;
}
