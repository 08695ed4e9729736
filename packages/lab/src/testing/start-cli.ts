import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** How a command ended and what it said. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line with the fake experiment and one on tasks one after another, bundled from source so that tests need no build. */
export interface BundledCli {
  /** Runs a command to its end. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ending>;
  /** Starts a command, for tests that interrupt it. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): { child: ChildProcess; ending: Promise<Ending> };
  remove(): Promise<void>;
}

/** Bundles `fake-cli.ts`; `remove` it after the tests. */
export async function bundleCli(): Promise<BundledCli> {
  // Inside the workspace, so that the bundle finds its dependencies.
  await mkdir(join(root, '.cache'), { recursive: true });
  const outDir = await mkdtemp(join(root, '.cache/lab-cli-'));
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@arborize/source'] },
    ssr: { noExternal: [/^@arborize\//], resolve: { conditions: ['@arborize/source'] } },
    build: {
      ssr: fileURLToPath(new URL('./fake-cli.ts', import.meta.url)),
      outDir,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'cli.mjs' } },
    },
  });
  const start: BundledCli['start'] = (args, env) => {
    const child = spawn(process.execPath, [join(outDir, 'cli.mjs'), ...args], {
      env: { ...process.env, ...env },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ending = new Promise<Ending>((done) => child.on('close', (code) => done({ code, stdout, stderr })));
    return { child, ending };
  };
  return {
    start,
    run: (args, env) => start(args, env).ending,
    remove: () => rm(outDir, { recursive: true }),
  };
}
