import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, StepError, step } from './step.ts';

/** The TensorFlow that the addon is built against; 4.22 of tfjs-node was checked with it. */
const TENSORFLOW = '2.21.*';

/** A Python environment and the TensorFlow in it. */
export interface PythonTensorflow {
  /** The folder of the Python package, with the library and its headers. */
  readonly folder: string;
  readonly version: string;
  /** Whether NVIDIA's libraries came with it. */
  readonly cuda: boolean;
}

/** Says that an environment was made here, so that it may be changed and removed here. */
const MARK = '.made-by-arborize';

/** Makes the environment and installs TensorFlow into it, as far as that is left to do. */
export async function installFromPip(venv: string, cuda: boolean): Promise<PythonTensorflow> {
  const python = pythonOf(venv);
  if (cuda && process.platform !== 'linux') {
    throw new StepError('TensorFlow has CUDA on Linux only. Use WebGPU: npm install webgpu.');
  }
  await step(
    `Python environment ${venv}`,
    () => existsSync(python),
    async () => {
      await run('python3', ['-m', 'venv', venv], {
        remedy:
          'Install the venv module of Python (Debian: apt-get install python3-venv) and repeat the command.',
      });
      writeFileSync(join(venv, MARK), '');
    },
  );
  const found = await findTensorflow(python);
  if (found && cuda && !found.cuda && !isOurs(venv)) {
    throw new StepError(
      `The TensorFlow ${found.version} in ${venv} has no CUDA. Give another folder with --venv, and one with CUDA is made there.`,
    );
  }
  await step(
    `TensorFlow ${found?.version ?? TENSORFLOW}${cuda ? ' with CUDA' : ''} from pip (${cuda ? 'several' : 'about 2'} GB on disk)`,
    () => found !== null && (!cuda || found.cuda),
    async () => {
      // The two packages write into the same folder.
      if (found) await pip(python, ['uninstall', '--yes', 'tensorflow', 'tensorflow-cpu']);
      await pip(python, ['install', requirement(cuda)]);
    },
  );
  const installed = await findTensorflow(python);
  if (installed) return installed;
  throw new StepError(`pip installed no TensorFlow into ${venv}. Remove that folder and repeat the command.`);
}

/** What pip is asked for. */
export function requirement(cuda: boolean): string {
  if (cuda) return `tensorflow[and-cuda]==${TENSORFLOW}`;
  // Elsewhere there is one package for all.
  const small = process.platform === 'linux' && process.arch === 'x64';
  return `${small ? 'tensorflow-cpu' : 'tensorflow'}==${TENSORFLOW}`;
}

/** Removes an environment that was made here; another is left alone. */
export async function removeEnvironment(venv: string): Promise<void> {
  if (existsSync(venv) && !isOurs(venv)) {
    console.log(`✓ The Python environment ${venv} was not made by this command, and stays.`);
    return;
  }
  await step(
    `Remove the Python environment ${venv}`,
    () => !existsSync(venv),
    () => rmSync(venv, { recursive: true }),
  );
}

function isOurs(venv: string): boolean {
  return existsSync(join(venv, MARK));
}

function pythonOf(venv: string): string {
  return join(venv, 'bin/python');
}

function pip(python: string, args: readonly string[]): Promise<string> {
  return run(python, ['-m', 'pip', ...args], {
    remedy:
      'Check the network, the room on the disk and the version of Python (3.10 to 3.13), and repeat the command.',
  });
}

const PROBE = `
import importlib.metadata as m, importlib.util as u, json, os
spec = u.find_spec('tensorflow')
names = {d.metadata['Name'].lower().replace('_', '-') for d in m.distributions() if d.metadata['Name']}
version = next((m.version(n) for n in ('tensorflow', 'tensorflow-cpu') if n in names), None)
found = spec is not None and spec.origin is not None and version is not None
print(json.dumps({
    'folder': os.path.dirname(spec.origin), 'version': version,
    'cuda': 'tensorflow' in names and any(n.startswith('nvidia-cudnn') for n in names),
} if found else None))
`;

async function findTensorflow(python: string): Promise<PythonTensorflow | null> {
  const answer = await run(python, ['-c', PROBE], {
    remedy: 'The Python environment is broken: remove its folder and repeat the command.',
  });
  return JSON.parse(answer);
}
