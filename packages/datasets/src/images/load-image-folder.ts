import { assertWhole } from '../errors/assert-whole.ts';
import { DataError } from '../errors/data-error.ts';
import type { Samples } from '../samples/samples.ts';
import { openSource } from '../source/open-source.ts';
import { fullName, type LoadOptions, type Source } from '../source/source.ts';
import { decodeImage } from './decode-image.ts';
import { imagePaths } from './image-paths.ts';
import { resize } from './resize.ts';
import { scaledToOne } from './scaled-to-one.ts';

export interface ImageFolderOptions extends LoadOptions {
  /** Resizes every image to `[height, width]`, proportions aside. Default: images stay as they are and must be of one size. */
  readonly size?: readonly [height: number, width: number];
  /** Makes one channel of luma, `0.299 R + 0.587 G + 0.114 B`, of the three. Default `false`. */
  readonly grayscale?: boolean;
  /** The classes in order of their indices; give them where two folders must agree. Default: the folders, sorted. */
  readonly classNames?: readonly string[];
}

/** Images as samples. */
export interface ImageSamples {
  readonly samples: Samples;
  /** Name of each class, by class index. */
  readonly classNames: readonly string[];
}

/** Files read at a time, so that a download does not wait for each answer in turn. */
const AT_ONCE = 16;

/**
 * Loads JPEG and PNG images from one folder per class, in order of their paths. Other files are left out.
 *
 * @param location Directory (in Node) that holds the folders; or URL, where a file `index.json` lists the paths of the
 *   images under it in a JSON array.
 * @returns Samples of shape `[height, width, 3]`, or `[height, width, 1]` in greyscale, scaled from 0 … 255 to [0, 1].
 * @throws ArgumentError if `size` is none; DataError if there are no images, one is broken or of another size than the first, or a folder is no class.
 *
 * @example
 * const { samples, classNames } = await loadImageFolder('flowers', { size: [64, 64] });
 * [samples.shape, classNames]; // [[64, 64, 3], ['daisy', 'rose']]
 */
export async function loadImageFolder(
  location: string,
  options: ImageFolderOptions = {},
): Promise<ImageSamples> {
  for (const extent of options.size ?? []) assertWhole('loadImageFolder', 'size', extent, 1);
  const source = await openSource(location, options);
  const paths = await imagePaths(source);
  const folders = paths.map((path) => path.split('/')[0]!);
  const classNames = options.classNames ?? [...new Set(folders)].sort();
  const ys = Int32Array.from(folders, (folder, i) => classIndex(folder, classNames, source, paths[i]!));

  let shape: Image['shape'] | undefined;
  let xs = new Float32Array(0);
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const batch = paths.slice(start, start + AT_ONCE);
    const images = await Promise.all(batch.map((path) => loadImage(source, path, options)));
    for (const [i, image] of images.entries()) {
      if (!shape) {
        shape = image.shape;
        xs = new Float32Array(paths.length * image.values.length);
      }
      assertShape(image.shape, shape, fullName(source, batch[i]!));
      xs.set(image.values, (start + i) * image.values.length);
    }
  }
  return { samples: { shape: shape!, xs, ys, classes: classNames.length, count: paths.length }, classNames };
}

interface Image {
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly values: Float32Array;
}

async function loadImage(
  source: Source,
  path: string,
  { size, grayscale = false }: ImageFolderOptions,
): Promise<Image> {
  const name = fullName(source, path);
  const bytes = await source.read(path);
  if (!bytes) throw new DataError({ file: name, expected: 'an image', found: 'nothing of this name' });
  const { width, height, pixels } = await decodeImage(bytes, name);
  const channels = grayscale ? 1 : 3;
  const values = grayscale ? luma(pixels) : scaledToOne(pixels);
  if (!size) return { shape: [height, width, channels], values };
  return { shape: [...size, channels], values: resize(values, [height, width], size, channels) };
}

function luma(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length / 3);
  for (let i = 0; i < values.length; i++) {
    values[i] = (0.299 * pixels[3 * i]! + 0.587 * pixels[3 * i + 1]! + 0.114 * pixels[3 * i + 2]!) / 255;
  }
  return values;
}

function classIndex(folder: string, classNames: readonly string[], source: Source, path: string): number {
  const index = classNames.indexOf(folder);
  if (index >= 0) return index;
  throw new DataError({
    file: fullName(source, path),
    expected: `a folder named ${classNames.map((name) => `'${name}'`).join(', ')}`,
    found: `'${folder}'`,
  });
}

function assertShape(got: Image['shape'], first: Image['shape'], file: string): void {
  if (got[0] === first[0] && got[1] === first[1]) return;
  throw new DataError({
    file,
    expected: `${first[0]}×${first[1]} pixels (height × width) like the first image`,
    found: `${got[0]}×${got[1]}`,
    remedy: 'Give a size to resize all images to.',
  });
}
