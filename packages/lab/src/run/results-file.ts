import { open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../experiment/experiment.ts';
import { UsageError } from './usage-error.ts';

/** One finished training: one line of `results.jsonl`. */
export interface Result extends Omit<Outcome, 'pictures'> {
  readonly experiment: string;
  readonly variant: string;
  readonly seed: number;
  readonly backend: string;
  /** Wall-clock time of the training since it was last started, evaluation included. */
  readonly seconds: number;
}

const NEWLINE = 0x0a;

/**
 * Reads the finished results of a run directory; none if nothing was finished yet.
 *
 * A result counts once its line feed is on disk, so the torn last line of a killed run is left out.
 *
 * @throws UsageError if a complete line is not a result.
 */
export async function readResults(directory: string): Promise<Result[]> {
  const path = join(directory, 'results.jsonl');
  const bytes = await readIfThere(path);
  const lines = bytes
    .subarray(0, bytes.lastIndexOf(NEWLINE) + 1)
    .toString('utf8')
    .split('\n');
  return lines.slice(0, -1).map((line, index) => parseResult(line, `${path}, line ${index + 1}`));
}

/** Cuts off the torn last line that a killed run may have left, so that appending is safe. */
export async function repairResults(directory: string): Promise<void> {
  const path = join(directory, 'results.jsonl');
  const bytes = await readIfThere(path);
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  if (whole < bytes.length) await truncate(path, whole);
}

/** Appends one result in one write and returns when it is on the disk. */
export async function appendResult(directory: string, result: Result): Promise<void> {
  const file = await open(join(directory, 'results.jsonl'), 'a');
  try {
    await file.writeFile(`${JSON.stringify(result)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function parseResult(line: string, where: string): Result {
  try {
    const result = JSON.parse(line) as Result;
    if (typeof result.variant === 'string' && Number.isInteger(result.seed) && Array.isArray(result.curve)) {
      return result;
    }
  } catch {
    // Falls through to the one error for every kind of damage.
  }
  throw new UsageError(`${where} is not a result of a run: delete that line to go on without it.`);
}
