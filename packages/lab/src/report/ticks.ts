/** Multiples of 1, 2 or 5 times a power of ten inside [low, high], about `count` of them, no closer than `least`. */
export function ticks(
  low: number,
  high: number,
  count: number,
  least = 0,
): { readonly values: readonly number[]; readonly domain: readonly [number, number] } {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.max(first, Math.floor(high / step + 1e-9));
  // Dividing by an integer power of ten keeps 0.3 from becoming 0.30000000000000004.
  const values = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return { values, domain: high > low ? [low, high] : [low - span / 2, high + span / 2] };
}

/** Maps a domain linearly to pixels, rounded to a tenth. */
export function linearScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): (value: number) => number {
  return (value) => Math.round((from + ((value - low) / (high - low || 1)) * (to - from)) * 10) / 10;
}
