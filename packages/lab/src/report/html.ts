/** Text safe inside an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A fraction in percent with two decimals, e.g. `97.31`. */
export function percent(fraction: number): string {
  return (100 * fraction).toFixed(2);
}

/** A signed difference of fractions in percentage points, e.g. `+0.12`. */
export function points(difference: number): string {
  const text = percent(Math.abs(difference));
  if (text === '0.00') return '0.00';
  return `${difference < 0 ? '−' : '+'}${text}`;
}

/** The CSS colour of the `index`-th of `count` variants; the hues are spread evenly, the lightness follows the theme. */
export function variantColor(index: number, count: number): string {
  const hue = Math.round((360 * index) / count + 20) % 360;
  return `oklch(calc(var(--mark) + ${index % 2 ? '.06' : '-.04'}) .15 ${hue})`;
}
