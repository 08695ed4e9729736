import { parseArgs } from 'node:util';
import { doctor } from './cli/doctor.ts';
import { installTensorflow, uninstallTensorflow } from './cli/install-tensorflow.ts';
import { StepError } from './cli/step.ts';

const USAGE = `Usage: arborize-backends <command>

  doctor                                      which backends work here, and what the others need
  install-tensorflow [--cuda] [--venv DIR]    build TensorFlow.js for Node on a current TensorFlow from pip
  uninstall-tensorflow [--venv DIR]           undo it

  --cuda       the TensorFlow with CUDA 12, for an NVIDIA GPU
  --venv DIR   the Python environment to use or make; default .tensorflow in this folder`;

/**
 * Runs the command `arborize-backends`.
 *
 * @returns The exit code: 0, or 2 after one sentence about what is wrong.
 */
export async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { cuda: { type: 'boolean' }, venv: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const { cuda = false, venv = '.tensorflow' } = values;
    if (values.help || positionals.length === 0) console.log(USAGE);
    else await run(positionals, { cuda, venv });
    return 0;
  } catch (error) {
    const expected =
      error instanceof StepError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    if (!expected) throw error;
    console.error((error as Error).message);
    return 2;
  }
}

async function run(positionals: string[], options: { cuda: boolean; venv: string }): Promise<void> {
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new StepError(`Unexpected argument '${rest[0]}'. See arborize-backends --help.`);
  if (command === 'doctor') await doctor();
  else if (command === 'install-tensorflow') await installTensorflow(options);
  else if (command === 'uninstall-tensorflow') await uninstallTensorflow(options);
  else throw new StepError(`There is no command '${command}'. See arborize-backends --help.`);
}
