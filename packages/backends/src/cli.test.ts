import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requirement } from './cli/python-tensorflow.ts';
import { main } from './cli.ts';

const said: string[] = [];
const home = process.cwd();
let folder: string;

beforeEach(() => {
  said.length = 0;
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'arborize-backends-')));
  process.chdir(folder);
  writeFileSync('package.json', '{}');
  mkdirSync('bin');
  vi.stubEnv('PATH', join(folder, 'bin'));
  vi.spyOn(console, 'log').mockImplementation((text) => void said.push(text));
  vi.spyOn(console, 'error').mockImplementation((text) => void said.push(text));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** Programs of a machine that a step calls: shell scripts, each of which notes its call. */
function machine(programs: Record<string, string>) {
  for (const [name, script] of Object.entries(programs)) writeProgram(join(folder, 'bin', name), script);
}

function writeProgram(file: string, script: string) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "$(/usr/bin/basename "$0") $*" >> ${folder}/calls\n${script}\n`);
  chmodSync(file, 0o755);
}

const compilers = { 'c++': '', make: '' };

/** A Python whose environments answer the probe with `found`, and fail or not at pip. */
function python(found: object | null, pip = 'exit 0') {
  const inside = `case "$1" in -c) echo '${JSON.stringify(found)}';; *) ${pip};; esac`;
  writeProgram(join(folder, 'inside'), inside);
  return { python3: `/bin/mkdir -p "$3/bin" && /bin/cp ${folder}/inside "$3/bin/python"` };
}

const calls = () => (existsSync('calls') ? readFileSync('calls', 'utf8') : '');
const install = (...args: string[]) => main(['install-tensorflow', '--venv', join(folder, 'venv'), ...args]);
const tensorflow = (cuda: boolean) => ({ folder: join(folder, 'tensorflow'), version: '2.21.0', cuda });

describe('arborize-backends', () => {
  it('prints its usage', async () => {
    expect(await main([])).toBe(0);
    expect(said.join('\n')).toContain('install-tensorflow [--cuda] [--venv DIR]');
  });

  it.each([
    { args: ['nonsense'], message: "There is no command 'nonsense'." },
    { args: ['doctor', 'twice'], message: "Unexpected argument 'twice'." },
    { args: ['doctor', '--loud'], message: "Unknown option '--loud'" },
  ])('answers $args with one sentence and exit code 2', async ({ args, message }) => {
    expect(await main(args)).toBe(2);
    expect(said.join('\n')).toContain(message);
  });
});

describe('install-tensorflow', () => {
  it('tells everything that the machine lacks before it downloads anything', async () => {
    expect(await install()).toBe(2);
    expect(said).toEqual([
      'This machine lacks Python 3 and a C++ compiler and make. Install them ' +
        '(Debian: apt-get install python3-venv build-essential; macOS: brew install python, xcode-select --install) ' +
        'and repeat the command.',
    ]);
    machine({ python3: '' });
    expect(await install()).toBe(2);
    expect(said.at(-1)).toMatch(
      /^This machine lacks a C\+\+ compiler and make\. Install them \(Debian: apt-get install build-essential;/,
    );
    expect(calls()).toBe('');
  });

  it('says what to do where Python has no venv', async () => {
    machine({ ...compilers, python3: 'echo "ensurepip is not available" >&2; exit 1' });
    expect(await install()).toBe(2);
    expect(said.at(-1)).toContain(
      'ensurepip is not available\nInstall the venv module of Python (Debian: apt-get install python3-venv)',
    );
  });

  it('says what to do where pip has no TensorFlow', async () => {
    machine({ ...compilers, ...python(null, 'echo "No matching distribution found" >&2; exit 1') });
    expect(await install()).toBe(2);
    expect(said.at(-1)).toContain(
      'No matching distribution found\nCheck the network, the room on the disk and the version of Python',
    );
  });

  it('says what to do where npm has no tfjs-node', async () => {
    machine({ ...compilers, ...python(tensorflow(false)), npm: 'echo "npm error 404" >&2; exit 1' });
    expect(await install()).toBe(2);
    expect(said).toContain(`✓ TensorFlow 2.21.0 from pip (about 2 GB on disk): already done`);
    expect(said.at(-1)).toContain('npm error 404\nCheck the network, run this in the folder of a project');
  });

  it('asks pip for the TensorFlow with CUDA in the place of one without', async () => {
    machine({ ...compilers, ...python(tensorflow(false)), npm: 'exit 1' });
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux');
    expect(await install('--cuda')).toBe(2);
    expect(calls()).toContain(
      'python -m pip uninstall --yes tensorflow tensorflow-cpu\npython -m pip install tensorflow[and-cuda]==2.21.*\n',
    );
    expect(requirement(true)).toBe('tensorflow[and-cuda]==2.21.*');
  });

  it('leaves the TensorFlow in an environment of the user alone', async () => {
    machine({ ...compilers, ...python(tensorflow(false)) });
    writeProgram(join(folder, 'venv/bin/python'), readFileSync('inside', 'utf8'));
    expect(await install('--cuda')).toBe(2);
    expect(said.at(-1)).toContain('has no CUDA. Give another folder with --venv');
    expect(calls()).not.toContain('pip');
  });

  it('uses a tfjs-node that works as it is', async () => {
    mkdirSync('node_modules/@tensorflow/tfjs-node', { recursive: true });
    writeFileSync('node_modules/@tensorflow/tfjs-node/package.json', '{ "main": "index.js" }');
    writeFileSync(
      'node_modules/@tensorflow/tfjs-node/index.js',
      `exports.matMul = () => ({ dataSync: () => [11] });
      exports.backend = () => ({ binding: { TF_Version: '2.9.1', isUsingGpuDevice: () => false } });`,
    );
    expect(await install()).toBe(0);
    expect(said).toEqual([
      '✓ The tfjs-node that this project has works, and is used as it is: TensorFlow 2.9.1 on the CPU: [1, 2] · [3, 4] = 11',
    ]);
    expect(await install('--cuda')).toBe(2);
    expect(said.at(-1)).toContain('works, but without a GPU');
    expect(await main(['uninstall-tensorflow'])).toBe(0);
    expect(existsSync('node_modules/@tensorflow/tfjs-node')).toBe(true);
    expect(calls()).toBe('');
  });
});

describe('uninstall-tensorflow', () => {
  it('removes the environment that was made, and leaves one that was there', async () => {
    machine({ ...compilers, ...python(null) });
    await install();
    expect(existsSync('venv')).toBe(true);
    expect(await main(['uninstall-tensorflow', '--venv', 'venv'])).toBe(0);
    expect(existsSync('venv')).toBe(false);
    mkdirSync('venv');
    expect(await main(['uninstall-tensorflow', '--venv', 'venv'])).toBe(0);
    expect(existsSync('venv')).toBe(true);
    expect(said.at(-1)).toMatch(/was not made by this command, and stays\.$/);
  });
});
