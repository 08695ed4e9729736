import { BackendError } from '@arborize/backends';
import { ArgumentError } from '@arborize/core';
import { DataError } from '@arborize/datasets';
import type { Command } from './cli/command.ts';
import { doctor } from './cli/doctor.ts';
import { list } from './cli/list.ts';
import { assertPositionals, parse } from './cli/parse.ts';
import { report } from './cli/report.ts';
import { run } from './cli/run.ts';
import type { Experiment } from './experiment/experiment.ts';
import { EXPERIMENTS } from './experiments/all.ts';
import { nearest } from './run/nearest.ts';
import { UsageError } from './run/usage-error.ts';
import { LAB_VERSION } from './version.ts';

const COMMANDS: readonly Command[] = [list, run, report, doctor];

const HELP = `Usage: arborize <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join('\n')}

arborize <command> --help tells more; arborize --version prints the version.`;

/**
 * The command line. What the user can mend ends with one sentence on stderr and code 2; `--debug` adds the stack trace.
 *
 * @param args What was typed after `arborize`.
 * @param experiments What `run` and `list` offer; yours, for a command line of your own.
 * @returns The exit code: 0, 2 for a mistake in use or data, 1 for a fault of arborize.
 */
export async function main(
  args: readonly string[],
  experiments: readonly Experiment[] = EXPERIMENTS,
): Promise<number> {
  try {
    await dispatch(args, experiments);
    return 0;
  } catch (error) {
    const { message, code } = verdict(error as Error);
    console.error(`arborize: ${message}`);
    if (args.includes('--debug')) console.error((error as Error).stack);
    return code;
  }
}

async function dispatch([word = '--help', ...rest]: readonly string[], experiments: readonly Experiment[]) {
  if (word === '--help' || word === '-h' || word === 'help') return console.log(HELP);
  if (word === '--version' || word === '-v') return console.log(LAB_VERSION);
  const command = COMMANDS.find(({ name }) => name === word);
  if (!command) {
    const near = nearest(
      word,
      COMMANDS.map(({ name }) => name),
    );
    throw new UsageError(
      `There is no command '${word}'; ${near ? `did you mean ${near}?` : 'see arborize --help.'}`,
    );
  }
  const { values, positionals } = parse(command, rest);
  if (values.help) return console.log(command.help);
  assertPositionals(command, positionals);
  return command.run({ values, positionals, experiments });
}

function verdict(error: Error & { code?: string; syscall?: string }): { message: string; code: number } {
  const isMistake = [UsageError, DataError, BackendError, ArgumentError].some(
    (type) => error instanceof type,
  );
  // A system call that failed is about the user's files or disk, and its message names the path.
  if (isMistake || error.syscall) return { message: error.message, code: 2 };
  return { message: `something went wrong: ${error.message} (--debug shows where)`, code: 1 };
}
