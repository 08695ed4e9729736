import { join } from 'node:path';
import { writeFileAtomic } from '@arborize/core/node';
import { readPictures } from '../run/pictures-file.ts';
import type { Result } from '../run/results-file.ts';
import type { RunRecord } from '../run/run-record.ts';
import { renderReport } from './render-report.ts';

/** Draws `report.html` in a run directory and returns its path. */
export async function writeReport(
  directory: string,
  record: RunRecord,
  results: readonly Result[],
): Promise<string> {
  const path = join(directory, 'report.html');
  await writeFileAtomic(path, renderReport(record, results, await readPictures(directory, results)));
  return path;
}
