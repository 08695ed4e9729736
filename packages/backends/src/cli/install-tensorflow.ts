import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installFromPip, removeEnvironment } from './python-tensorflow.ts';
import { checkRequirements } from './requirements.ts';
import { run, StepError } from './step.ts';
import { addonFolder, buildAddon, hasStockAddon, removeAddon } from './tfjs-node-addon.ts';

interface Options {
  /** Whether to install the TensorFlow that brings CUDA 12. */
  readonly cuda: boolean;
  /** Folder of the Python environment. */
  readonly venv: string;
}

/**
 * Builds the addon of tfjs-node in the project of the current folder against TensorFlow from pip. Each step says when it
 * is already done, so a broken run can be repeated.
 */
export async function installTensorflow({ cuda, venv: folder }: Options): Promise<void> {
  const venv = resolve(folder);
  if (await hasStockAddon()) {
    const what = await prove();
    if (cuda && !what.includes('a GPU')) {
      throw new StepError(
        `The tfjs-node in ${addonFolder()} works, but without a GPU: ${what}. Run \`npm uninstall @tensorflow/tfjs-node\` and repeat the command.`,
      );
    }
    console.log(`✓ The tfjs-node that this project has works, and is used as it is: ${what}`);
    return;
  }
  checkRequirements({ python: !existsSync(join(venv, 'bin/python')), compiler: true });
  const { folder: tensorflow } = await installFromPip(venv, cuda);
  await buildAddon(tensorflow);
  const what = await prove();
  console.log(`✓ ${what}`);
  if (cuda && !what.includes('a GPU')) {
    throw new StepError(
      'TensorFlow is installed but sees no GPU. Check that `nvidia-smi` lists one; its driver must be 525 or later.',
    );
  }
  console.log('npm does not list tfjs-node in package.json: after an `npm install` repeat this command.');
}

/** Removes what `installTensorflow` made, and nothing else. */
export async function uninstallTensorflow({ venv }: Options): Promise<void> {
  await removeAddon();
  await removeEnvironment(resolve(venv));
}

const PROOF = `
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
require('node:util').isNullOrUndefined ??= (value) => value == null;
const tf = require('@tensorflow/tfjs-node');
const [value] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
const { TF_Version, isUsingGpuDevice } = tf.backend().binding;
console.log('TensorFlow ' + TF_Version + ' on ' + (isUsingGpuDevice() ? 'a GPU' : 'the CPU') + ': [1, 2] · [3, 4] = ' + value);
if (value !== 11) process.exit(1);
`;

async function prove(): Promise<string> {
  const answer = await run(process.execPath, ['-e', PROOF], {
    remedy:
      'tfjs-node is there, but does not run. Run `npx arborize-backends uninstall-tensorflow` and start anew.',
    cwd: process.cwd(),
  });
  return answer.trim();
}
