import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendName } from '@arborize/backends';
import { writeFileAtomic } from '@arborize/core/node';
import type { Experiment, Protocol, Scale } from '../experiment/experiment.ts';
import type { Picture } from '../experiment/picture.ts';
import { UsageError } from './usage-error.ts';

/** What decides the numbers of a run; it must not change when the run is resumed. */
export interface Settings {
  readonly experiment: string;
  readonly variants: readonly string[];
  readonly scale: Scale;
  readonly backend: BackendName;
  readonly seeds: number;
  readonly epochs: number;
  readonly protocol: Protocol;
  /** `source` is the directory the data came from, or `null` for the embedded data; counts are of samples. */
  readonly data: {
    readonly name: string;
    readonly source: string | null;
    readonly train: number;
    readonly test: number;
  };
}

/** `run.json`: everything about a run but its results, enough to draw the report without the experiment's code. */
export interface RunRecord {
  readonly format: 1;
  readonly about: Pick<
    Experiment,
    'title' | 'question' | 'papers' | 'notes' | 'metric' | 'otherMetrics' | 'curveBy' | 'baseline'
  >;
  readonly settings: Settings;
  /** Whether the user chose some of the experiment's variants. */
  readonly subset?: boolean;
  readonly environment: {
    readonly device: string;
    readonly node: string;
    readonly lab: string;
    readonly started: string;
  };
  /** Of what is compared; those of trained models are in files of their own. */
  readonly pictures: readonly Picture[];
}

export async function writeRunRecord(directory: string, record: RunRecord): Promise<void> {
  // One entry a line: pictures are long lists of numbers, the rest is there to be read.
  const entries = Object.entries(record).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  await writeFileAtomic(join(directory, 'run.json'), `{\n${entries.join(',\n')}\n}\n`);
}

/** @throws UsageError if the directory holds no run, or one of another format. */
export async function readRunRecord(directory: string): Promise<RunRecord> {
  const path = join(directory, 'run.json');
  const text = await readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    const there = await stat(directory).catch(() => null);
    throw new UsageError(
      there
        ? `${directory} holds no run: there is no run.json in it.`
        : `There is no directory ${directory}: name one that \`arborize run\` wrote.`,
    );
  });
  try {
    const record = JSON.parse(text) as RunRecord;
    if (record.format === 1) return record;
  } catch {
    // Falls through: not JSON and not our format are the same to the user.
  }
  throw new UsageError(`${path} is broken or was written by another version of arborize.`);
}

/** @throws UsageError naming the first setting that differs from those of the run to be resumed. */
export function assertSameSettings(recorded: Settings, wanted: Settings, directory: string): void {
  for (const key of Object.keys(recorded) as (keyof Settings)[]) {
    const [was, is] = [JSON.stringify(recorded[key]), JSON.stringify(wanted[key])];
    if (was !== is) {
      throw new UsageError(
        `Cannot resume ${directory}: it was started with ${key} ${was}, not ${is}; leave the difference out or choose another --out.`,
      );
    }
  }
}
