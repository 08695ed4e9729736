// `node bench/table.mjs --json FILE [--write README.md]`: the table of a run that `npm run bench -- --json FILE` wrote, in
// Markdown. With --write it takes the place of what stands between <!-- bench --> and <!-- /bench --> there.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const REGION = /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/;

/** @param {object} run What run.mjs wrote. */
export function tableOf({ date, machine, node, backend, device, threads, cases }) {
  const names = [...new Set(cases.flatMap(({ results }) => results.map(({ name }) => name)))];
  const rows = [
    [
      '',
      ...names.map((name) =>
        name === 'ours' ? `ours (${backend}${threads > 1 ? ', 1 thread' : ''})` : name,
      ),
    ],
    ['---', ...names.map(() => '---:')],
    ...cases.map(({ name, results }) => [
      name,
      ...names.map((contender) => cell(results.find((result) => result.name === contender))),
    ]),
  ];
  const cores = `one thread of ${machine.cores} cores`;
  const where = threads > 1 ? `${cores} but for 'ours, ${threads} threads'` : cores;
  return `${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

Median milliseconds, and in brackets the time as a multiple of ours. ${date.slice(0, 10)}, ${machine.cpu},
${where}, Node ${node}; ours on ${device}.
`;
}

/** Puts a table into the region of a README that is meant for it. */
export function writeTable(readme, table) {
  if (!REGION.test(readme)) throw new Error('there is no <!-- bench --> with a <!-- /bench --> behind it');
  return readme.replace(REGION, (_, start, end) => `${start}${table}${end}`);
}

function cell(result) {
  if (!result || result.note?.startsWith('left out') || result.note?.startsWith('skipped')) return '—';
  if (result.note?.startsWith('not supported')) return 'not supported';
  if (result.note) return result.note.split(':', 1)[0];
  const time = digits(result.median);
  return result.name === 'ours' || !result.ratio ? time : `${time} (${digits(result.ratio)}×)`;
}

function digits(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

function main() {
  const { values } = parseArgs({ options: { json: { type: 'string' }, write: { type: 'string' } } });
  if (!values.json) return fail('FILE is missing: --json FILE, which `npm run bench -- --json FILE` wrote');
  const run = JSON.parse(readFileSync(values.json, 'utf8'));
  if (!values.write) return console.log(tableOf(run));
  if (run.software) return fail(`${run.device} is emulated: its times say nothing about a GPU`);
  try {
    writeFileSync(values.write, writeTable(readFileSync(values.write, 'utf8'), tableOf(run)));
  } catch (error) {
    fail(`${values.write}: ${error.message}`);
  }
}

function fail(message) {
  console.error(`node bench/table.mjs: ${message}`);
  process.exitCode = 2;
}

if (import.meta.filename === process.argv[1]) main();
