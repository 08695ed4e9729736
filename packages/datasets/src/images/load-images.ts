import { DataError } from '../errors/data-error.ts';
import type { Dataset } from '../samples/samples.ts';
import { type ImageFolderOptions, loadImageFolder } from './load-image-folder.ts';

/**
 * Loads JPEG and PNG images for training and for testing from the folders `train` and `test`, each with one folder per
 * class.
 *
 * @param location Directory (in Node) that holds both; or URL, with a file `index.json` under each of them.
 * @returns Samples as of `loadImageFolder`; the classes are those of `train`. Named after the location.
 * @throws ArgumentError if `size` is none; DataError if a folder or its images are missing, one is broken or of another
 *   size than the first, or `test` has a class that `train` lacks.
 *
 * @example
 * const { train, test, classNames } = await loadImages('data/cifar10');
 * [train.count, test.count, classNames.length]; // [50000, 10000, 10]
 */
export async function loadImages(location: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const root = location.replace(/(?<=.)[/\\]+$/, '');
  const { samples: train, classNames } = await loadImageFolder(`${root}/train`, options);
  const { samples: test } = await loadImageFolder(`${root}/test`, { ...options, classNames });
  const [expected, found] = [train, test].map(({ shape }) => `${shape[0]}×${shape[1]}`);
  if (found !== expected) {
    throw new DataError({
      file: `${root}/test`,
      expected: `images of ${expected} pixels (height × width) like those of train`,
      found: `${found}`,
      remedy: 'Give a size to resize all images to.',
    });
  }
  return { name: root.split(/[/\\]/).at(-1)!, train, test, classNames };
}
