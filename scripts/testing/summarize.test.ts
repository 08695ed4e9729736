import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { countTable, countTests, skipReasons, totalLine } from './summarize.mjs';

/** A finished test file, as far as a summary reads it. */
function module(project: string, states: string[], state = 'passed', note?: string): TestModule {
  const tests = states.map((each) => ({ result: () => ({ state: each, note }) }));
  const allTests = (only?: string) => tests.filter((test) => !only || test.result().state === only);
  return {
    project: { name: project },
    relativeModuleId: 'src/a.test.ts',
    state: () => state,
    children: { allTests },
  } as unknown as TestModule;
}

describe('counts', () => {
  it('are by project, and in all', () => {
    const counts = countTests([
      module('cpu', ['passed', 'failed'], 'failed'),
      module('cpu', ['passed', 'skipped']),
      module('chromium-wasm (chromium)', ['passed']),
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      cpu: { passed: 2, failed: 1, skipped: 1 },
      'chromium-wasm': { passed: 1, failed: 0, skipped: 0 },
    });
    expect(totalLine(counts)).toBe('3 passed, 1 failed, 1 skipped');
    expect(countTable(counts).split('\n')[1]).toBe('cpu                    2       1       1');
  });

  it('take a file that does not load, and a test cut off, for failures', () => {
    expect(totalLine(countTests([module('cpu', [], 'failed')]))).toBe('0 passed, 1 failed');
    expect(totalLine(countTests([module('cpu', ['pending'])]))).toBe('0 passed, 1 failed');
  });
});

describe('skip reasons', () => {
  it('are told once each, with how many tests they cost', () => {
    const modules = [
      module('unit', ['skipped', 'skipped'], 'passed', 'no MNIST here'),
      module('cpu', ['skipped']),
    ];
    expect(skipReasons(modules)).toEqual([
      '2 tests: no MNIST here',
      '1 test: no reason given in src/a.test.ts',
    ]);
  });
});
