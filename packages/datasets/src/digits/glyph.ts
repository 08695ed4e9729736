/** A point a pen stroke passes through; at a corner it turns sharply. */
export interface PenPoint {
  readonly x: number;
  readonly y: number;
  readonly corner: boolean;
}

/** What the pen draws without being lifted. */
export type PenStroke = readonly PenPoint[];

/**
 * Reads `'28,26 54,2! 52,98 / 22,97 80,97'`: points `x,y` in hundredths of the box, y downwards, `!` after a corner,
 * `/` where the pen is lifted.
 */
export function parseGlyph(text: string): PenStroke[] {
  return text.split(' / ').map((stroke) =>
    stroke.split(' ').map((point) => {
      const [x, y] = point.split(',').map(Number.parseFloat);
      return { x: x! / 100, y: y! / 100, corner: point.endsWith('!') };
    }),
  );
}

/** Pieces per stretch between two points: at 28 pixels each is about a pixel long. */
const PIECES = 6;

/** The smooth curve (Catmull–Rom) through the points of a stroke, as coordinates x, y, x, y, … of a polyline. */
export function smoothStroke(stroke: PenStroke): number[] {
  const line = [stroke[0]!.x, stroke[0]!.y];
  for (let i = 0; i + 1 < stroke.length; i++) {
    const from = stroke[i]!;
    const to = stroke[i + 1]!;
    const before = (!from.corner && stroke[i - 1]) || mirrored(to, from);
    const after = (!to.corner && stroke[i + 2]) || mirrored(from, to);
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      line.push(
        catmullRom(before.x, from.x, to.x, after.x, t),
        catmullRom(before.y, from.y, to.y, after.y, t),
      );
    }
  }
  return line;
}

/** Where a stroke ends or turns sharply, it goes on as if straight. */
function mirrored(point: PenPoint, center: PenPoint): { x: number; y: number } {
  return { x: 2 * center.x - point.x, y: 2 * center.y - point.y };
}

function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}
