import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UsageError } from './usage-error.ts';

/**
 * Keeps a second process out of a run directory: two writers would double results. A lock left by a killed process
 * is taken over.
 *
 * @returns A function that gives the lock back.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, LOCK_FILE);
  const holder = Number(await readFile(path, 'utf8').catch(() => ''));
  // A process that was just killed needs a moment to be gone.
  for (let i = 0; i < 10 && (await isAlive(holder)); i++) await setTimeout(200);
  if (await isAlive(holder)) {
    throw new UsageError(
      `Process ${holder} is working in ${directory}: wait for it, or delete ${path} if it is something else.`,
    );
  }
  await rm(path, { force: true });
  await writeFile(path, String(process.pid), { flag: 'wx' });
  return () => rm(path, { force: true });
}

export const LOCK_FILE = 'run.lock';

async function isAlive(id: number): Promise<boolean> {
  if (!id || id === process.pid) return false;
  try {
    process.kill(id, 0);
    // What has ended but was not waited for by its parent still has an id; only Linux tells.
    return !/\) [ZX] /.test(await readFile(`/proc/${id}/stat`, 'utf8').catch(() => ''));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
