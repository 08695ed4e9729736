import type { ParseArgsConfig } from 'node:util';
import type { Experiment } from '../experiment/experiment.ts';

/** What a command is called with, already parsed. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly experiments: readonly Experiment[];
}

/** One word after `arborize`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Names of the positional arguments, all required. */
  readonly positionals: readonly string[];
  readonly run: (invocation: Invocation) => Promise<void>;
}
