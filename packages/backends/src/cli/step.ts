import { spawnSync } from 'node:child_process';

/** A step that cannot go on; the message says why and what to do, for the user to read. */
export class StepError extends Error {
  override name = 'StepError';
}

/** Prints a step, does it unless `done`, and says which. */
export function step(title: string, done: () => boolean, work: () => void): void {
  if (done()) {
    console.log(`✓ ${title}: already done`);
    return;
  }
  console.log(`… ${title}`);
  const start = performance.now();
  work();
  console.log(`✓ ${title}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/**
 * Runs a program, its output hidden unless it fails.
 *
 * @returns Its standard output.
 * @throws StepError with the end of its output, and `remedy`.
 */
export function run(
  program: string,
  args: readonly string[],
  remedy: string,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  if (!error && status === 0) return stdout;
  const tail = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
  throw new StepError(`${[program, ...args].join(' ')} failed: ${error?.message ?? tail}\n${remedy}`);
}
