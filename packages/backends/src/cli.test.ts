import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './cli.ts';

const said: string[] = [];
let folder: string;

beforeEach(() => {
  said.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'arborize-backends-'));
  vi.spyOn(console, 'log').mockImplementation((text) => void said.push(text));
  vi.spyOn(console, 'error').mockImplementation((text) => void said.push(text));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

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

  it('says what to install where a step cannot go on', async () => {
    vi.stubEnv('PATH', folder);
    expect(await main(['install-tensorflow', '--venv', join(folder, 'venv')])).toBe(2);
    expect(said.at(-1)).toContain('Install Python 3 with its venv module');
  });
});
