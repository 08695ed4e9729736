import { writeReport } from '../report/write-report.ts';
import { readResults } from '../run/results-file.ts';
import { readRunRecord } from '../run/run-record.ts';
import type { Command } from './command.ts';
import { comparison } from './comparison.ts';

export const report: Command = {
  name: 'report',
  summary: 'draw the report of a run again',
  help: `Usage: arborize report <directory>

Draws report.html from the results in the directory of a run, finished or not, and prints the table.`,
  options: {},
  positionals: ['directory'],
  run: async ({ positionals }) => {
    const directory = positionals[0]!;
    const record = await readRunRecord(directory);
    const results = await readResults(directory);
    const path = await writeReport(directory, record, results);
    console.log(`${comparison(record, results)}\n\nReport: ${path}`);
  },
};
