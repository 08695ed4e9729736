import { describe, expect, it } from 'vitest';
import { tableOf, writeTable } from '../../bench/table.mjs';

const run = {
  date: '2026-11-24T10:00:00.000Z',
  machine: { cpu: 'A CPU', cores: 2 },
  node: 'v20.20.2',
  backend: 'wasm',
  device: 'WebAssembly (SIMD, 1 thread)',
  threads: 1,
  cases: [
    {
      name: 'a step',
      results: [
        { name: 'ours', median: 12.34, ratio: 1 },
        { name: 'stock wasm', median: 246.8, ratio: 20 },
        { name: 'PyTorch', note: 'skipped: no Python' },
      ],
    },
    {
      name: 'another',
      results: [
        { name: 'ours', median: 1 },
        { name: 'stock wasm', note: 'not supported: no Kernel' },
      ],
    },
  ],
};

describe('the table of a run', () => {
  it('has a row for each case, a column for each contender, and date and machine', () => {
    expect(tableOf(run).split('\n')).toEqual([
      '|  | ours (wasm) | stock wasm | PyTorch |',
      '| --- | ---: | ---: | ---: |',
      '| a step | 12 | 247 (20×) | — |',
      '| another | 1.0 | not supported | — |',
      '',
      'Median milliseconds, and in brackets the time as a multiple of ours. 2026-11-24, A CPU,',
      'one thread of 2 cores, Node v20.20.2; ours on WebAssembly (SIMD, 1 thread).',
      '',
    ]);
  });

  it('tells what ran on one thread and what on more', () => {
    const results = [
      { name: 'ours', median: 40, ratio: 1 },
      { name: 'ours, 2 threads', median: 25, ratio: 0.625 },
    ];
    const table = tableOf({ ...run, threads: 2, cases: [{ name: 'a step', results }] });
    expect(table).toContain('|  | ours (wasm, 1 thread) | ours, 2 threads |');
    expect(table).toContain('| a step | 40 | 25 (0.63×) |');
    expect(table).toContain("one thread of 2 cores but for 'ours, 2 threads', Node");
  });

  it('takes the place of the one before in a README', () => {
    const readme = 'before\n<!-- bench -->\nold $1\n<!-- /bench -->\nbehind\n';
    const written = writeTable(readme, 'new\n');
    expect(written).toBe('before\n<!-- bench -->\nnew\n<!-- /bench -->\nbehind\n');
    expect(writeTable(written, 'new\n')).toBe(written);
    expect(() => writeTable('nothing', 'new\n')).toThrow('there is no <!-- bench -->');
  });
});
