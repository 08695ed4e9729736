import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StepError } from './step.ts';

interface Requirement {
  readonly name: string;
  readonly programs: readonly string[];
  readonly debian: string;
  readonly mac: string;
}

const PYTHON: Requirement = {
  name: 'Python 3',
  programs: ['python3'],
  debian: 'python3-venv',
  mac: 'brew install python',
};
const BUILDING: readonly Requirement[] = [
  {
    name: 'a C++ compiler',
    programs: ['c++', 'g++', 'clang++'],
    debian: 'build-essential',
    mac: 'xcode-select --install',
  },
  { name: 'make', programs: ['make', 'gmake'], debian: 'build-essential', mac: 'xcode-select --install' },
];

/** Refuses, before anything is downloaded, a machine that lacks a program; all that is missing is told at once. */
export function checkRequirements({ python, compiler }: { python: boolean; compiler: boolean }): void {
  if (process.platform === 'win32') {
    throw new StepError('TensorFlow for Node is not built on Windows here. Use WebGPU: npm install webgpu.');
  }
  const wanted = [...(python ? [PYTHON] : []), ...(compiler ? BUILDING : [])];
  const missing = wanted.filter(({ programs }) => !programs.some(isProgram));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(' and ');
  const debian = `apt-get install ${[...new Set(missing.map((each) => each.debian))].join(' ')}`;
  const mac = [...new Set(missing.map((each) => each.mac))].join(', ');
  throw new StepError(
    `This machine lacks ${names}. Install ${missing.length > 1 ? 'them' : 'it'} (Debian: ${debian}; macOS: ${mac}) and repeat the command.`,
  );
}

function isProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return existsSync(join(folder, name));
    } catch {
      return false;
    }
  });
}
