import { DataError } from '../errors/data-error.ts';
import { gunzip } from '../idx/gunzip.ts';
import { type IdxArray, parseIdx } from '../idx/parse-idx.ts';
import { scaledToOne } from '../images/scaled-to-one.ts';
import type { Dataset, Samples } from '../samples/samples.ts';
import { openSource } from '../source/open-source.ts';
import { fullName, type LoadOptions, type Source } from '../source/source.ts';

const CLASSES = 10;

/**
 * Loads MNIST, or a data set in its form such as Fashion-MNIST: greyscale images of ten classes in four IDX files,
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each
 * plain or gzipped with `.gz` added.
 *
 * @param location Directory (in Node) or URL that holds the files.
 * @returns Samples of shape `[height, width, 1]`, pixels scaled from 0 … 255 to [0, 1]; named after the location.
 * @throws DataError if a file is missing or broken, or has other images than labels.
 *
 * @example
 * const { name, train, test } = await loadMnist('data/mnist');
 * [name, train.count, test.count, train.shape]; // ['mnist', 60000, 10000, [28, 28, 1]]
 */
export async function loadMnist(location: string, options: LoadOptions = {}): Promise<Dataset> {
  const source = await openSource(location, options);
  const train = await loadPart(source, 'train');
  const test = await loadPart(source, 't10k');
  return { name: source.location.split(/[/\\]/).at(-1)!, train, test };
}

async function loadPart(source: Source, part: string): Promise<Samples> {
  const images = await loadIdx(source, `${part}-images-idx3-ubyte`, 3);
  const labels = await loadIdx(source, `${part}-labels-idx1-ubyte`, 1);
  const [count, height, width] = images.array.shape as [number, number, number];
  if (labels.array.shape[0] !== count) {
    throw new DataError({
      file: labels.name,
      expected: `${count} labels, one for each image of ${images.name}`,
      found: `${labels.array.shape[0]}`,
    });
  }
  const wrong = labels.array.values.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    throw new DataError({
      file: labels.name,
      expected: `labels from 0 to ${CLASSES - 1}`,
      found: `${labels.array.values[wrong]} at position ${wrong}`,
    });
  }
  return {
    shape: [height, width, 1],
    xs: scaledToOne(images.array.values),
    ys: Int32Array.from(labels.array.values),
    classes: CLASSES,
    count,
  };
}

interface NamedArray {
  readonly name: string;
  readonly array: IdxArray;
}

async function loadIdx(source: Source, file: string, rank: number): Promise<NamedArray> {
  for (const path of [`${file}.gz`, file]) {
    const bytes = await source.read(path);
    if (!bytes) continue;
    const name = fullName(source, path);
    const array = parseIdx(await gunzip(bytes, name), name);
    if (!(array.values instanceof Uint8Array) || array.shape.length !== rank) {
      throw new DataError({
        file: name,
        expected: `bytes in an array of rank ${rank}`,
        found: `${array.values.constructor.name.replace('Array', '')} in an array of rank ${array.shape.length}`,
      });
    }
    return { name, array };
  }
  throw new DataError({ file: source.location, expected: `a file ${file}.gz or ${file}`, found: 'neither' });
}
