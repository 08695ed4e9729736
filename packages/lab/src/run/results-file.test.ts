import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { appendResult, type Result, readResults, repairResults } from './results-file.ts';

const result = (variant: string, seed: number): Result => ({
  experiment: 'fake',
  variant,
  seed,
  backend: 'cpu',
  metrics: { accuracy: 0.5 },
  parameters: 10,
  curve: [{ epoch: 1, seconds: 1, accuracy: 0.5 }],
  seconds: 1,
});

describe('results.jsonl', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'arborize-results-'));
  });

  it('gives back what was appended, in order', async () => {
    await appendResult(directory, result('a', 0));
    await appendResult(directory, result('b', 0));
    expect(await readResults(directory)).toEqual([result('a', 0), result('b', 0)]);
  });

  it('is empty before the first result', async () => {
    expect(await readResults(directory)).toEqual([]);
  });

  it('leaves out a torn last line, wherever it was torn', async () => {
    const whole = `${JSON.stringify(result('a', 0))}\n`;
    const next = JSON.stringify(result('b', 0));
    for (const cut of [1, next.length >> 1, next.length]) {
      await writeFile(join(directory, 'results.jsonl'), whole + next.slice(0, cut));
      expect(await readResults(directory)).toEqual([result('a', 0)]);
    }
  });

  it('is appended to safely once the torn line is cut off', async () => {
    await appendResult(directory, result('a', 0));
    await appendFile(join(directory, 'results.jsonl'), '{"experiment":"fa');
    await repairResults(directory);
    await appendResult(directory, result('b', 0));
    expect(await readResults(directory)).toEqual([result('a', 0), result('b', 0)]);
  });

  it('is not touched by a repair when nothing is torn', async () => {
    await appendResult(directory, result('a', 0));
    const before = await readFile(join(directory, 'results.jsonl'), 'utf8');
    await repairResults(directory);
    expect(await readFile(join(directory, 'results.jsonl'), 'utf8')).toBe(before);
  });

  it.each(['garbage', '{"variant":"a"}', 'null'])(
    'names the line of a result that is broken: %s',
    async (line) => {
      await appendResult(directory, result('a', 0));
      await appendFile(join(directory, 'results.jsonl'), `${line}\n`);
      await expect(readResults(directory)).rejects.toThrow(/results\.jsonl, line 2 is not a result/);
    },
  );
});
