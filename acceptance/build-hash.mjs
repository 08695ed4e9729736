import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names what the packages were built to: results of another build are not taken for those of this one. */
export function buildHash(root) {
  const hash = createHash('sha256');
  for (const name of readdirSync(join(root, 'packages')).sort()) {
    const folder = join(root, 'packages', name, 'dist');
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.js')) : [];
    for (const file of files.sort()) hash.update(file).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 8);
}
