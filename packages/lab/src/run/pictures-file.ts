import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@arborize/core/node';
import type { Picture } from '../experiment/picture.ts';
import type { Result } from './results-file.ts';
import { UsageError } from './usage-error.ts';

/** What the model of one training looked like. */
export interface ModelPictures {
  readonly variant: string;
  readonly seed: number;
  readonly pictures: readonly Picture[];
}

/** Keeps the pictures of one training in `pictures/<variant>-<seed>.json`; no file where there are none. */
export async function writePictures(
  directory: string,
  { variant, seed, pictures }: ModelPictures,
): Promise<void> {
  if (pictures.length === 0) return;
  await mkdir(join(directory, 'pictures'), { recursive: true });
  await writeFileAtomic(pathOf(directory, variant, seed), `${JSON.stringify(pictures)}\n`);
}

/**
 * Reads the pictures of finished trainings, in the order of the results.
 *
 * @throws UsageError if a file is broken.
 */
export async function readPictures(directory: string, results: readonly Result[]): Promise<ModelPictures[]> {
  const read = await Promise.all(
    results.map(async ({ variant, seed }) => {
      const path = pathOf(directory, variant, seed);
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '[]';
        throw error;
      });
      try {
        return { variant, seed, pictures: JSON.parse(text) as Picture[] };
      } catch (cause) {
        throw new UsageError(`${path} is broken: delete it to go on without these pictures.`, { cause });
      }
    }),
  );
  return read.filter(({ pictures }) => pictures.length > 0);
}

function pathOf(directory: string, variant: string, seed: number): string {
  return join(directory, 'pictures', `${variant}-${seed}.json`);
}
