/** Half the width of the soft rim, in pixels, that makes edges smooth. */
const SOFT = 0.6;

/**
 * Draws a polyline with a round pen into a square greyscale image, smooth at the edges; crossings do not add up.
 *
 * @param pixels Image of `size` × `size`, row-major, changed in place.
 * @param line Coordinates x, y, x, y, … in pixels.
 * @param radius Half the pen's width at each point of the line, in pixels.
 * @param ink Brightness where the pen was.
 */
export function drawPolyline(
  pixels: Float32Array,
  size: number,
  line: readonly number[],
  radius: readonly number[],
  ink: number,
): void {
  for (let i = 0; i + 1 < radius.length; i++) {
    const [fromX, fromY, toX, toY] = [line[2 * i]!, line[2 * i + 1]!, line[2 * i + 2]!, line[2 * i + 3]!];
    const [alongX, alongY] = [toX - fromX, toY - fromY];
    const lengthSquared = alongX * alongX + alongY * alongY || 1;
    const pen = radius[i]!;
    const reach = pen + SOFT;
    const top = Math.max(0, Math.ceil(Math.min(fromY, toY) - reach));
    const bottom = Math.min(size - 1, Math.floor(Math.max(fromY, toY) + reach));
    const left = Math.max(0, Math.ceil(Math.min(fromX, toX) - reach));
    const right = Math.min(size - 1, Math.floor(Math.max(fromX, toX) + reach));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = ((x - fromX) * alongX + (y - fromY) * alongY) / lengthSquared;
        const nearest = Math.min(1, Math.max(0, along));
        const dx = x - fromX - nearest * alongX;
        const dy = y - fromY - nearest * alongY;
        const distance = Math.sqrt(dx * dx + dy * dy);
        const shade = Math.min(1, (reach - distance) / (2 * SOFT)) * ink;
        const at = y * size + x;
        if (shade > pixels[at]!) pixels[at] = shade;
      }
    }
  }
}
