import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { run, StepError, step } from './step.ts';

/** The TensorFlow that the addon is built against; 4.22 of tfjs-node was checked with it. */
const TENSORFLOW = '2.21.*';
const TFJS_NODE = '@tensorflow/tfjs-node@4.22.0';

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
export function installTensorflow({ cuda, venv: folder }: Options): void {
  const venv = resolve(folder);
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (process.platform === 'win32') {
    throw new StepError('TensorFlow for Node is not built on Windows here. Use WebGPU: npm install webgpu.');
  }

  step(
    `Python environment ${venv}`,
    () => existsSync(python),
    () =>
      void run(
        'python3',
        ['-m', 'venv', venv],
        'Install Python 3 with its venv module (Debian: python3-venv).',
      ),
  );
  step(
    `TensorFlow ${TENSORFLOW}${cuda ? ' with CUDA' : ''} from pip (about 1 GB unpacked)`,
    () => tensorflowFolder(python) !== null,
    () => {
      const name = cuda ? `tensorflow[and-cuda]==${TENSORFLOW}` : `tensorflow-cpu==${TENSORFLOW}`;
      run(
        python,
        ['-m', 'pip', 'install', '--quiet', name],
        'Check the network and the version of Python (3.10 to 3.13).',
      );
    },
  );
  const tensorflow = tensorflowFolder(python);
  if (!tensorflow)
    throw new StepError(`pip installed no TensorFlow into ${venv}. Remove that folder and try again.`);

  step(
    TFJS_NODE,
    () => addonFolder() !== null,
    // Its own install script would download the TensorFlow of 2022.
    () =>
      void run(
        'npm',
        ['install', '--no-save', '--ignore-scripts', TFJS_NODE],
        'Run this in the folder of a project.',
      ),
  );
  const addon = addonFolder();
  if (!addon) throw new StepError(`npm installed no ${TFJS_NODE} that this folder can import.`);

  step(
    'Links to the library',
    () => linked(addon, tensorflow),
    () => link(addon, tensorflow),
  );
  step(
    'The addon, compiled',
    () => loads(addon),
    () => {
      run(
        'npx',
        ['node-pre-gyp', 'install', '--build-from-source'],
        'Install a C++ compiler and make (Debian: build-essential).',
        {
          cwd: addon,
          // TensorFlow finds its CUDA libraries from its own real place, so the addon must open it there.
          env: { LDFLAGS: `-Wl,-rpath,${tensorflow}` },
        },
      );
    },
  );
  console.log(
    run(process.execPath, ['-e', PROOF], 'The addon was built, but does not run.', {
      cwd: process.cwd(),
    }).trim(),
  );
}

/** Removes what `installTensorflow` made: the package with its addon, and the Python environment if it is the default one. */
export function uninstallTensorflow({ venv }: Options): void {
  const addon = addonFolder();
  step(
    'Remove tfjs-node and its addon',
    () => addon === null,
    () => rmSync(addon!, { recursive: true }),
  );
  const own = resolve('.tensorflow');
  if (resolve(venv) === own) {
    step(
      `Remove the Python environment ${own}`,
      () => !existsSync(own),
      () => rmSync(own, { recursive: true }),
    );
  }
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

function tensorflowFolder(python: string): string | null {
  if (!existsSync(python)) return null;
  const find =
    "import importlib.util as u, os; s = u.find_spec('tensorflow'); print(os.path.dirname(s.origin) if s and s.origin else '')";
  return (
    run(python, ['-c', find], 'The Python environment is broken: remove it and try again.').trim() || null
  );
}

function addonFolder(): string | null {
  try {
    return dirname(
      createRequire(join(process.cwd(), 'package.json')).resolve('@tensorflow/tfjs-node/package.json'),
    );
  } catch {
    return null;
  }
}

/** Names in the addon's `deps` folder, for the compiler and linker, and what of TensorFlow each stands for. */
function links(addon: string, tensorflow: string): [at: string, to: string][] {
  return [
    [join(addon, 'deps/include'), join(tensorflow, 'include')],
    [join(addon, 'deps/lib/libtensorflow.so'), join(tensorflow, 'libtensorflow_cc.so.2')],
    [join(addon, 'deps/lib/libtensorflow_framework.so'), join(tensorflow, 'libtensorflow_framework.so.2')],
  ];
}

function linked(addon: string, tensorflow: string): boolean {
  return links(addon, tensorflow).every(
    ([at, to]) => lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(at) === to,
  );
}

function link(addon: string, tensorflow: string): void {
  mkdirSync(join(addon, 'deps/lib'), { recursive: true });
  for (const [at, to] of links(addon, tensorflow)) {
    rmSync(at, { recursive: true, force: true });
    symlinkSync(to, at);
  }
}

function loads(addon: string): boolean {
  try {
    run(process.execPath, ['-e', `require(${JSON.stringify(addon)})`], '', {
      env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    return true;
  } catch {
    return false;
  }
}
