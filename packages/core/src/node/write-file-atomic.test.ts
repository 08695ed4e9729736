import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Block, decodeFile, encodeFile } from '../training/checkpoints/checkpoint-file.ts';
import { fileStorage } from './file-storage.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arborize-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('writeFileAtomic', () => {
  it('writes text and bytes, over what was there, and leaves nothing else behind', async () => {
    const path = join(directory, 'a.txt');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, Uint8Array.of(50, 51));
    expect(await readFile(path, 'utf8')).toBe('23');
    expect(await readdir(directory)).toEqual(['a.txt']);
  });

  it('edges: writes an empty file', async () => {
    await writeFileAtomic(join(directory, 'empty'), '');
    expect(await readFile(join(directory, 'empty'), 'utf8')).toBe('');
  });

  it('errors: where it cannot write, the old content stays and no temporary file is left', async () => {
    const path = join(directory, 'a.txt');
    await writeFile(path, 'old');
    await expect(writeFileAtomic(path, 7 as never)).rejects.toThrow();
    await expect(writeFileAtomic(join(directory, 'missing', 'a.txt'), 'x')).rejects.toThrow('ENOENT');
    await expect(writeFileAtomic(directory, 'x')).rejects.toThrow();
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(directory)).toEqual(['a.txt']);
  });

  it('leaves a whole file when the process is killed in the middle of writing', async () => {
    const source = await readFile(new URL('./write-file-atomic.ts', import.meta.url), 'utf8');
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    const script = join(directory, 'writer.mjs');
    const path = join(directory, 'big');
    await writeFile(
      script,
      `${outputText}
      for (let i = 0; ; i++) await writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(4e6).fill(i % 256));`,
    );
    for (let attempt = 0; attempt < 3; attempt++) {
      const writer = spawn(process.execPath, [script], { stdio: 'ignore' });
      while (!existsSync(path)) await wait(10);
      await wait(100 + 37 * attempt);
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const bytes = await readFile(path);
      expect(bytes.length).toBe(4e6);
      expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    }
  });
});

describe('fileStorage', () => {
  it('reads back what it wrote, and null before that', async () => {
    const storage = fileStorage(join(directory, 'run.checkpoint'));
    expect(await storage.read()).toBe(null);
    await storage.write(Uint8Array.of(1, 2, 3));
    expect([...(await storage.read())!]).toEqual([1, 2, 3]);
  });

  it('keeps every bit of a checkpoint', async () => {
    const storage = fileStorage(join(directory, 'run.checkpoint'));
    const blocks: Block[] = [
      { name: 'odd', shape: [3], dtype: 'bool', values: Uint8Array.of(1, 0, 1) },
      { name: 'floats', shape: [2], dtype: 'float32', values: Float32Array.of(0.5, -3) },
    ];
    await storage.write(encodeFile({ header: null, blocks }));
    expect(decodeFile((await storage.read())!, 'run.checkpoint').blocks).toEqual(blocks);
  });

  it('errors: passes on what is not a missing file', async () => {
    await expect(fileStorage(directory).read()).rejects.toThrow('EISDIR');
  });
});
