import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { peekCheckpoint } from '@arborize/core';
import { fileStorage } from '@arborize/core/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './cli.ts';
import { fakeExperiment } from './testing/fake-experiment.ts';
import { type BundledCli, bundleCli, type Ending } from './testing/start-cli.ts';

let cli: BundledCli;
let out: string;
beforeAll(async () => {
  cli = await bundleCli();
});
afterAll(() => cli.remove());
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'arborize-cli-'));
});

/** The command line in this process: faster than a process of its own, where none is to be interrupted. */
async function call(args: readonly string[]): Promise<Ending> {
  const said = { stdout: '', stderr: '' };
  const hear = (stream: 'stdout' | 'stderr') => (line: string) => {
    said[stream] += `${line}\n`;
  };
  vi.spyOn(console, 'log').mockImplementation(hear('stdout'));
  vi.spyOn(console, 'error').mockImplementation(hear('stderr'));
  try {
    return { code: await main(args, [fakeExperiment]), ...said };
  } finally {
    vi.restoreAllMocks();
  }
}

const fake = (...more: string[]) => ['run', 'fake', '--backend', 'cpu', '--out', out, ...more];
const lines = async () =>
  (await readFile(join(out, 'results.jsonl'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
const until = async (count: number) => {
  while ((await lines()).length < count) await setTimeout(10);
};

describe('help', () => {
  it.each([
    [['--help']],
    [[]],
    [['list', '--help']],
    [['run', '-h']],
    [['report', '--help']],
    [['doctor', '--help']],
  ])('arborize %j', async (args) => {
    const { code, stdout, stderr } = await call(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: arborize');
  });

  it('prints the version', async () => {
    expect((await call(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('lists experiments, also as JSON', async () => {
    expect((await call(['list'])).stdout).toContain('Does the runner keep what it is given?');
    const [entry] = JSON.parse((await call(['list', '--json'])).stdout);
    expect(entry).toMatchObject({ name: 'fake', baseline: 'first', variants: ['first', 'second', 'third'] });
  });
});

describe('errors', () => {
  it.each([
    [['rnu'], "There is no command 'rnu'; did you mean run?"],
    [['run', 'fkae'], "There is no experiment 'fkae'; did you mean fake?"],
    [['run', 'something'], "There is no experiment 'something'; there are fake."],
    [['run'], 'run needs experiment; usage: arborize run <experiment>'],
    [['run', 'fake', 'more'], "run does not take 'more'; usage: arborize run <experiment>"],
    [['run', 'fake', '--seed', '3'], 'run has no option --seed; did you mean --seeds?'],
    [['run', 'fake', '--seeds'], "Option '--seeds <value>' argument missing."],
    [['run', 'fake', '--seeds', '0'], "--seeds must be a whole number above 0, got '0'."],
    [['run', 'fake', '--scale', 'big'], "--scale must be small or paper, got 'big'."],
    [
      ['run', 'fake', '--variants', 'first,secnd', '--backend', 'cpu', '--out', '/nowhere'],
      "The experiment fake has no variant 'secnd'; did you mean second?",
    ],
    [['run', 'fake', '--variants', 'first,'], "--variants must be names separated by commas, got 'first,'."],
    [['run', 'fake', '--resume'], '--resume needs the directory of the run: add --out DIR.'],
    [
      ['report', '/nowhere/at/all'],
      'There is no directory /nowhere/at/all: name one that `arborize run` wrote.',
    ],
  ])('arborize %j', async (args, message) => {
    const { code, stdout, stderr } = await call(args);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `arborize: ${message}\n` });
  });

  it('shows the stack trace with --debug only', async () => {
    expect((await call(['run', 'fkae', '--debug'])).stderr).toMatch(/\n {4}at /);
  });

  it('refuses data for an experiment that makes its own', async () => {
    const { code, stderr } = await call(fake('--data', out));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'arborize: The experiment fake makes its own data and takes no --data.\n',
    });
  });

  it('refuses a file in place of the directory', async () => {
    const file = join(out, 'file');
    await writeFile(file, '');
    const { code, stderr } = await call(['run', 'fake', '--backend', 'cpu', '--out', file]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `arborize: ${file} must be a directory, but a file is in its place.\n`,
    });
  });

  it('names a backend that does not exist', async () => {
    const { code, stderr } = await call(['run', 'fake', '--backend', 'abacus', '--out', out]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^arborize: .*abacus.*\n$/);
  });
});

describe('run', () => {
  it('keeps every result, draws the report and prints the table', async () => {
    const { code, stdout, stderr } = await cli.run(fake('--seeds', '2'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/6\/6 {2}third seed 1/);
    expect(stdout).toMatch(
      /variant +test accuracy, % +Δ to first +parameters +s\/epoch\nthird +9\d\.\d\d ± 0\.\d\d/,
    );
    expect(stdout).toContain(`Report: ${join(out, 'report.html')}`);
    expect(await lines()).toHaveLength(6);
    expect(JSON.parse((await lines())[0]!)).toMatchObject({
      experiment: 'fake',
      variant: 'first',
      seed: 0,
      backend: 'cpu',
      parameters: 10,
      metrics: { accuracy: expect.any(Number) },
      seconds: expect.any(Number),
    });
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('Nothing in particular');
  });

  it('keeps pictures of the models beside the results, and shows them', async () => {
    await call(fake('--seeds', '2', '--variants', 'third,first'));
    expect((await readdir(join(out, 'pictures'))).sort()).toEqual(['first-0.json', 'third-0.json']);
    expect((await lines()).join()).not.toContain('levels of seed');
    const html = await readFile(join(out, 'report.html'), 'utf8');
    expect(html).toContain('first, seed 0');
    expect(html).toContain('npx arborize run fake --variants first,third --scale small');
    expect(html.match(/<h3>levels of seed 0/g)).toHaveLength(2);
    expect((await call(['run', 'fake', '--resume', '--out', out])).code).toBe(0);
    expect(await lines()).toHaveLength(4);
  });

  it('writes nothing into a directory that is not empty', async () => {
    await writeFile(join(out, 'precious.txt'), '');
    const { code, stderr } = await cli.run(fake());
    expect(code).toBe(2);
    expect(stderr).toBe(
      `arborize: ${out} is not empty: add --resume to go on with the run in it, or choose another --out.\n`,
    );
  });
});

describe('resume', () => {
  it('loses and doubles nothing over kill -9 and a torn line', async () => {
    const slow = { FAKE_EPOCH_MS: '40' };
    const first = cli.start(fake(), slow);
    await until(2);
    first.child.kill('SIGKILL');
    await first.ending;
    await writeFile(join(out, 'results.jsonl'), '{"experiment":"fake","varia', { flag: 'a' });

    const second = cli.start(fake('--resume'), slow);
    await until(5);
    second.child.kill('SIGKILL');
    await second.ending;
    const kept = await lines();

    const { code, stdout } = await cli.run(fake('--resume'));
    expect(code).toBe(0);
    expect(stdout).toContain(`${kept.length} of them are done already`);
    const all = await lines();
    expect(all.slice(0, kept.length)).toEqual(kept);
    const trainings = all.map((line) => JSON.parse(line)).map(({ variant, seed }) => `${variant} ${seed}`);
    expect(trainings.sort()).toEqual(
      ['first', 'second', 'third'].flatMap((v) => [`${v} 0`, `${v} 1`, `${v} 2`]),
    );
  });

  it('goes on in the middle of tasks one after another, with the same result as without the kill', async () => {
    const variant = 'withSynapticIntelligence';
    const to = (name: string, ...more: string[]) => [
      ...['run', 'permuted-mnist', '--backend', 'wasm', '--epochs', '2', '--seeds', '1'],
      ...['--variants', variant, '--out', join(out, name), ...more],
    ];
    const storage = fileStorage(join(out, `killed/${variant}-0.checkpoint`));
    /** Kills a run once its state is that of this task and epoch, or a later one. */
    const killAt = async (task: number, epoch: number, ...more: string[]) => {
      const { child, ending } = cli.start(to('killed', ...more));
      for (let at = -1; at < 2 * task + epoch; await setTimeout(5)) {
        const saved = await peekCheckpoint(storage);
        if (saved) at = 2 * (saved.user as { task: number }).task + saved.epoch;
      }
      child.kill('SIGKILL');
      expect((await ending).code).toBe(null);
    };
    await killAt(1, 1);
    await killAt(3, 0, '--resume');
    expect((await cli.run(to('killed', '--resume'))).code).toBe(0);
    expect((await cli.run(to('whole'))).code).toBe(0);

    const [killed, whole] = await Promise.all(
      ['killed', 'whole'].map(async (name) => {
        const text = await readFile(join(out, name, 'results.jsonl'), 'utf8');
        return {
          result: JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value)),
          pictures: await readFile(join(out, name, `pictures/${variant}-0.json`), 'utf8'),
          files: await readdir(join(out, name)),
        };
      }),
    );
    expect(killed).toEqual(whole);
    expect(whole!.result.curve).toHaveLength(5);
    expect(whole!.files.filter((file) => file.endsWith('.checkpoint'))).toEqual([]);
  });

  it('says how to go on when interrupted', async () => {
    const { child, ending } = cli.start(fake(), { FAKE_EPOCH_MS: '200' });
    await until(1);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ending;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).toContain(`Stopped. Go on with: npx arborize run fake --resume --out ${out}`);
  });

  it('keeps out a second process', async () => {
    const { child, ending } = cli.start(fake(), { FAKE_EPOCH_MS: '200' });
    await until(1);
    const { code, stderr } = await cli.run(fake('--resume'));
    child.kill('SIGKILL');
    await ending;
    expect(code).toBe(2);
    expect(stderr).toContain(`Process ${child.pid} is working in ${out}`);
  });

  it('takes the settings from the run and refuses other ones', async () => {
    await cli.run(fake('--seeds', '2', '--epochs', '3'));
    expect((await cli.run(['run', 'fake', '--resume', '--out', out])).code).toBe(0);
    expect(await lines()).toHaveLength(6);
    const { code, stderr } = await cli.run(fake('--resume', '--seeds', '5'));
    expect(code).toBe(2);
    expect(stderr).toBe(
      `arborize: Cannot resume ${out}: it was started with seeds 2, not 5; leave the difference out or choose another --out.\n`,
    );
  });
});

describe('report', () => {
  it('draws the report again from the results alone', async () => {
    await call(fake('--seeds', '1'));
    const path = join(out, 'report.html');
    const before = await readFile(path, 'utf8');
    await rm(path);
    const { code, stdout } = await call(['report', out]);
    expect(code).toBe(0);
    expect(stdout).toContain('third');
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it.each([
    ['run.json', '{ "format": 1,', 'is broken or was written by another version of arborize.'],
    ['results.jsonl', '{}\n', 'line 1 is not a result of a run: delete that line to go on without it.'],
  ])('names a broken %s', async (file, content, message) => {
    await call(fake('--seeds', '1'));
    await writeFile(join(out, file), content);
    const { code, stderr } = await call(['report', out]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^arborize: .*\n$/);
    expect(stderr).toContain(message);
  });

  it('says so of a directory that holds no run', async () => {
    const { code, stderr } = await call(['report', out]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `arborize: ${out} holds no run: there is no run.json in it.\n`,
    });
  });
});
