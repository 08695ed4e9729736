import type { Command } from './command.ts';

export const list: Command = {
  name: 'list',
  summary: 'the experiments there are',
  help: `Usage: arborize list [--json]

Prints each experiment with what it asks and the variants it compares.

  --json   as JSON, for programs`,
  options: { json: { type: 'boolean' } },
  positionals: [],
  run: async ({ values, experiments }) => {
    const entries = experiments.map(({ name, title, question, papers, baseline, variants }) => {
      return { name, title, question, papers, baseline, variants: Object.keys(variants) };
    });
    if (values.json) {
      console.log(JSON.stringify(entries, null, 2));
      return;
    }
    for (const { name, title, question, variants } of entries) {
      console.log(`${name}\n  ${title}\n  ${question}\n  variants: ${variants.join(', ')}\n`);
    }
    console.log('Run one with: arborize run <experiment>');
  },
};
