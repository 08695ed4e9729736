// `node bench/table.mjs --json FILE`: the backend table of the README, in Markdown, from a run that was written there.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { json: { type: 'string' } } });
if (!values.json) {
  console.error('node bench/table.mjs --json FILE: FILE is what `npm run bench -- --json FILE` wrote');
  process.exit(2);
}
const { date, machine, node, backend, device, cases } = JSON.parse(readFileSync(values.json, 'utf8'));
const names = [...new Set(cases.flatMap(({ results }) => results.map(({ name }) => name)))];

const rows = [
  ['', ...names.map((name) => (name === 'ours' ? `ours (${backend})` : name))],
  ['---', ...names.map(() => '---:')],
  ...cases.map(({ name, results }) => [
    name,
    ...names.map((contender) => cell(results.find((result) => result.name === contender))),
  ]),
];
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
console.log(`
Median milliseconds, and in brackets the time as a multiple of ours. ${date.slice(0, 10)}, ${machine.cpu}, one thread of
${machine.cores} cores, Node ${node}; ours on ${device}.`);

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
