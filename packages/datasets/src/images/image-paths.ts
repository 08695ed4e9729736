import { DataError } from '../errors/data-error.ts';
import { fullName, type Source } from '../source/source.ts';

const INDEX = 'index.json';
const IMAGE = /\.(jpe?g|png)$/i;

/**
 * Paths of the JPEG and PNG files of a source, sorted; of a URL, those that its `index.json` lists.
 *
 * @throws DataError if there are none, if one is in no folder, or if the index is missing or broken.
 */
export async function imagePaths(source: Source): Promise<readonly string[]> {
  const all = source.list ? await source.list() : await readIndex(source);
  const paths = all.filter((path) => IMAGE.test(path)).sort();
  if (paths.length === 0) {
    throw new DataError({ file: source.location, expected: 'JPEG or PNG images in folders', found: 'none' });
  }
  const stray = paths.find((path) => !path.includes('/'));
  if (stray !== undefined) {
    throw new DataError({
      file: fullName(source, stray),
      expected: 'the image in a folder named after its class',
      found: 'it in no folder',
    });
  }
  return paths;
}

async function readIndex(source: Source): Promise<string[]> {
  const file = fullName(source, INDEX);
  const expected = `a JSON array of paths, such as ["cat/1.jpg", "dog/1.jpg"]`;
  const bytes = await source.read(INDEX);
  if (!bytes) throw new DataError({ file, expected, found: 'nothing of this name' });
  const paths = parseJson(bytes);
  if (Array.isArray(paths) && paths.every((path) => typeof path === 'string')) return paths;
  throw new DataError({ file, expected, found: paths === undefined ? 'no JSON' : 'other JSON' });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
