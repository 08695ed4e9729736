type Color = readonly [red: number, green: number, blue: number];

/** From low to high: light to dark, and blue over white to red around a center. */
const ONE_HUE: readonly Color[] = [
  [247, 246, 240],
  [158, 205, 170],
  [53, 145, 109],
  [13, 74, 68],
  [8, 30, 38],
];
const TWO_HUES: readonly Color[] = [
  [24, 78, 148],
  [120, 172, 214],
  [247, 246, 242],
  [238, 150, 110],
  [168, 32, 36],
];

/** A value's colour on a scale of one hue from `low` to `high`, or of two hues that meet at `center`. */
export function colorMap(
  [low, high]: readonly [number, number],
  center: number | undefined,
): (value: number) => Color {
  const stops = center === undefined ? ONE_HUE : TWO_HUES;
  const position = (value: number) => {
    if (center === undefined) return (value - low) / (high - low || 1);
    return value < center
      ? 0.5 - (0.5 * (center - value)) / (center - low || 1)
      : 0.5 + (0.5 * (value - center)) / (high - center || 1);
  };
  return (value) => {
    // Grey is no colour of either scale: it stands for what is no number.
    if (Number.isNaN(value)) return [128, 128, 128];
    const at = Math.min(1, Math.max(0, position(value))) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(at));
    const mix = (channel: 0 | 1 | 2) =>
      Math.round(
        stops[index]![channel] + (at - index) * (stops[index + 1]![channel] - stops[index]![channel]),
      );
    return [mix(0), mix(1), mix(2)];
  };
}
