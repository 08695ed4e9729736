/**
 * Counts the tests of a finished run.
 * @param {import('vitest/node').TestModule[]} modules
 */
export function countTests(modules) {
  const counts = new Map();
  for (const module of modules) {
    // Vitest names a browser project with its browser behind.
    const name = module.project.name.split(' ')[0];
    const count = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
    counts.set(name, count);
    const states = [...module.children.allTests()].map((test) => test.result().state);
    const failed = states.filter((state) => state === 'failed' || state === 'pending').length;
    count.passed += states.filter((state) => state === 'passed').length;
    count.skipped += states.filter((state) => state === 'skipped').length;
    // A file that does not load, or whose hooks fail, has no failed test to show for it.
    count.failed += failed || (module.state() === 'failed' ? 1 : 0);
  }
  return counts;
}

/**
 * One line for each reason why tests were skipped.
 * @param {import('vitest/node').TestModule[]} modules
 */
export function skipReasons(modules) {
  const reasons = new Map();
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      const reason = test.result().note ?? `no reason given in ${module.relativeModuleId}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return [...reasons].map(([reason, n]) => `${n} ${n === 1 ? 'test' : 'tests'}: ${reason}`);
}

/** @param {Map<string, { passed: number, failed: number, skipped: number }>} counts */
export function countTable(counts) {
  const row = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(8))).join('');
  const lines = [...counts].map(([name, count]) => row([name, ...Object.values(count).map(String)]));
  return [row(['project', 'passed', 'failed', 'skipped']), ...lines].join('\n');
}

/** `N passed, N failed`, and how many were skipped if any were. */
export function totalLine(counts) {
  const sum = (state) => [...counts].reduce((total, [, count]) => total + count[state], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
