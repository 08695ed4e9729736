// `npm test [-- file filters] [--project name …]`: runs every test that this machine can run, and says what it
// left out. ARBORIZE_REQUIRE=all, or a list of projects with commas, makes it fail where one of them cannot run.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { PROJECTS, probeProjects } from './testing/probe-projects.mjs';
import { countTable, countTests, skipReasons, totalLine } from './testing/summarize.mjs';

const { values, positionals: filters } = parseArgs({
  options: { project: { type: 'string', multiple: true, default: PROJECTS } },
  allowPositionals: true,
});
const unknown = values.project.filter((name) => !PROJECTS.includes(name));
if (unknown.length > 0) {
  console.error(`npm test: no project ${unknown.join(', ')}; there are ${PROJECTS.join(', ')}`);
  process.exit(2);
}
const required =
  process.env.ARBORIZE_REQUIRE === 'all' ? PROJECTS : (process.env.ARBORIZE_REQUIRE?.split(',') ?? []);

const wasm = spawnSync('npx', ['turbo', 'run', 'wasm', '--output-logs=errors-only'], { encoding: 'utf8' });
if (wasm.status !== 0) {
  console.error(`${wasm.stdout}${wasm.stderr}\n0 passed, 1 failed`);
  process.exit(1);
}

const missing = probeProjects(values.project);
const project = values.project.filter((name) => !missing.get(name));
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
const vitest = await startVitest('test', filters, {
  project,
  watch: false,
  // TensorFlow.js greets in every file.
  onConsoleLog: (text) => !text.includes('looks like you are running TensorFlow.js in Node.js'),
});
await vitest.close();

const modules = vitest.state.getTestModules();
const counts = countTests(modules);
const absent = PROJECTS.filter((name) => missing.get(name));
for (const name of absent.filter((name) => required.includes(name))) {
  counts.set(name, { passed: 0, failed: 1, skipped: 0 });
}
const unhandled = vitest.state.getUnhandledErrors().length;
if (unhandled > 0) counts.set('unhandled errors', { passed: 0, failed: unhandled, skipped: 0 });

for (const reason of skipReasons(modules)) console.log(`skipped ${reason}`);
for (const name of absent) {
  console.log(`${required.includes(name) ? 'FAILED' : 'skipped'} project ${name}: ${missing.get(name)}`);
}
console.log(`\n${countTable(counts)}\n`);
console.log(totalLine(counts));
const failed = process.exitCode || [...counts.values()].some((count) => count.failed > 0);
process.exit(failed || modules.length === 0 ? 1 : 0);
