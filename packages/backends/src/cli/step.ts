import { spawn } from 'node:child_process';

/** A step that cannot go on; the message says why and what to do, for the user to read. */
export class StepError extends Error {
  override name = 'StepError';
}

/** Prints a step, does it unless `done`, and says which. */
export async function step(
  title: string,
  done: () => boolean | Promise<boolean>,
  work: () => unknown,
): Promise<void> {
  if (await done()) {
    console.log(`✓ ${title}: already done`);
    return;
  }
  console.log(`… ${title}`);
  const start = performance.now();
  await work();
  console.log(`✓ ${title}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** How a program runs. */
interface RunOptions {
  /** What to do if it fails, as one sentence. */
  readonly remedy: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program. On a terminal its last line is shown while it runs, with the seconds so far.
 *
 * @returns Its standard output.
 * @throws StepError with `remedy` and the end of its output.
 */
export async function run(
  program: string,
  args: readonly string[],
  { remedy, cwd, env }: RunOptions,
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', all: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output.all += text;
      if (name === 'stdout') output.stdout += text;
    });
  }
  const hide = showProgress(() => output.all);
  const status = await new Promise<number | string | null>((resolve) => {
    child.on('error', ({ message }) => resolve(message)).on('close', resolve);
  });
  hide();
  if (status === 0) return output.stdout;
  const reason = typeof status === 'string' ? status : lastLines(output.all, 15);
  throw new StepError(`${[program, ...args].join(' ')} failed.\n${reason}\n${remedy}`);
}

/** Returns what takes the line away. */
function showProgress(output: () => string): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  const start = performance.now();
  const timer = setInterval(() => {
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const line = `  ${seconds} s  ${lastLines(output(), 1)}`;
    stderr.write(`\r\x1b[2K${line.slice(0, (stderr.columns ?? 80) - 1)}`);
  }, 500);
  return () => {
    clearInterval(timer);
    stderr.write('\r\x1b[2K');
  };
}

function lastLines(text: string, count: number): string {
  return text
    .trim()
    .split(/[\r\n]+/)
    .slice(-count)
    .join('\n');
}
