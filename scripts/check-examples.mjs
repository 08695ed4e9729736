// The examples of every README, run against the built packages: they must print what they show. Run by
// release:check; alone: `npm run build && node scripts/check-examples.mjs`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readExamples } from './examples/read-examples.mjs';
import { runExample } from './examples/run-example.mjs';

/**
 * One step for each example; it throws where the example does not print what it shows.
 * @returns {[name: string, test: () => void][]}
 */
export function exampleTests() {
  return ['.', ...readdirSync('packages').map((name) => join('packages', name))]
    .map((folder) => join(folder, 'README.md'))
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      readExamples(readFileSync(path, 'utf8')).map((example) => [
        `${path}:${example.line}`,
        () => runExample(example),
      ]),
    );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, test] of exampleTests()) {
    test();
    console.log(`ok      ${name}`);
  }
}
