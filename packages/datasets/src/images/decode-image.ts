import type { DecodedPng } from 'fast-png';
import { DataError } from '../errors/data-error.ts';

/** An image of red, green and blue bytes, row-major. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `width` × `height` × 3. */
  readonly pixels: Uint8Array;
}

/**
 * Decodes a JPEG or PNG file; the content decides which, not the name.
 *
 * Greyscale becomes three equal channels, 16 bits become 8, and transparent pixels are blended with black.
 *
 * @param name How errors call the file.
 * @throws DataError if it is neither, or is truncated or damaged.
 *
 * @example
 * const { width, height, pixels } = await decodeImage(await readFile('cat.jpg'), 'cat.jpg');
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<RgbImage> {
  const decode = startsWith(bytes, 0xff, 0xd8)
    ? decodeJpeg
    : startsWith(bytes, 0x89, 0x50)
      ? decodePng
      : null;
  if (!decode) {
    throw new DataError({
      file: name,
      expected: 'a JPEG or PNG image',
      found: bytes.length === 0 ? 'an empty file' : 'something else',
    });
  }
  try {
    return await decode(bytes);
  } catch (cause) {
    throw new DataError(
      {
        file: name,
        expected: 'a whole image',
        found: `a truncated or damaged one: ${(cause as Error).message}`,
      },
      { cause },
    );
  }
}

function startsWith(bytes: Uint8Array, ...signature: number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

// The decoders are imported when first used, so that they cost nothing to those who read no images.

async function decodeJpeg(bytes: Uint8Array): Promise<RgbImage> {
  const { default: jpeg } = await import('jpeg-js');
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
  });
  return { width, height, pixels: data };
}

async function decodePng(bytes: Uint8Array): Promise<RgbImage> {
  const { convertIndexedToRgb, decode } = await import('fast-png');
  const png = decode(bytes, { checkCrc: true });
  const { width, height, depth, palette } = png;
  if (palette) return toRgb(width, height, convertIndexedToRgb(png), palette[0]!.length);
  if (depth < 8) return toRgb(width, height, convertIndexedToRgb({ ...png, palette: greys(depth) }), 3);
  const data = depth === 16 ? Uint8Array.from(png.data, (value) => value >> 8) : png.data;
  return toRgb(width, height, data, png.channels);
}

/** Fewer than 8 bits of grey are packed like palette indices. */
function greys(depth: DecodedPng['depth']): [number, number, number][] {
  const last = 2 ** depth - 1;
  return Array.from({ length: last + 1 }, (_, i) => {
    const grey = Math.round((255 * i) / last);
    return [grey, grey, grey];
  });
}

/** @param channels 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha. */
function toRgb(width: number, height: number, data: ArrayLike<number>, channels: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  const colors = channels > 2 ? 3 : 1;
  const hasAlpha = channels % 2 === 0;
  for (let i = 0; i < width * height; i++) {
    const alpha = hasAlpha ? data[i * channels + colors]! / 255 : 1;
    for (let c = 0; c < 3; c++) {
      pixels[3 * i + c] = Math.round(alpha * data[i * channels + (colors === 3 ? c : 0)]!);
    }
  }
  return { width, height, pixels };
}
