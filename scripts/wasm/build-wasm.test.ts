import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../build-wasm.mjs');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-wasm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function build(name: string, source: string) {
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'src', name), source);
  return run();
}

function run() {
  const { status, stderr } = spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8' });
  return { status, stderr };
}

const generated = (name: string) => join(folder, 'src', name);

describe('the generated module', () => {
  it('works on a memory that it is given, and is left alone while its source is older', async () => {
    build('double.as.ts', 'export function double(p: usize): void { store<f32>(p, 2 * load<f32>(p)); }');
    const text = readFileSync(generated('double.as.generated.ts'), 'utf8');
    const base64 = /export const wasm =\n {2}'([^']+)';/.exec(text)![1]!;
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { instance } = await WebAssembly.instantiate(Buffer.from(base64, 'base64'), { env: { memory } });
    const floats = new Float32Array(memory.buffer);
    floats[3] = 1.5;
    (instance.exports.double as (address: number) => void)(12);
    expect(floats[3]).toBe(3);
    const before = statSync(generated('double.as.generated.ts')).mtimeMs;
    run();
    expect(statSync(generated('double.as.generated.ts')).mtimeMs).toBe(before);
  });

  it('may use relaxed SIMD where the file name says so', () => {
    const lanes = 'v128.load(p), v128.load(p), v128.load(p)';
    const source = `export function f(p: usize): void { v128.store(p, f32x4.relaxed_madd(${lanes})); }`;
    expect(build('f.relaxed.as.ts', source)).toMatchObject({ status: 0 });
  });

  it('is absent in a package without sources', () => {
    expect(run()).toMatchObject({ status: 0 });
  });
});

it('refuses a module that cannot share a heap', () => {
  const { status, stderr } = build(
    'bad.as.ts',
    'let n = 0; export function f(i: i32): i32 { return (n += i); }',
  );
  expect(status).toBe(1);
  expect(stderr).toContain('src/bad.as.ts: the compiled module has global variables');
});
