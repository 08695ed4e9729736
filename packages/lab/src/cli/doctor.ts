import { probeBackends } from '@arborize/backends';
import { LAB_VERSION } from '../version.ts';
import type { Command } from './command.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'which backends work here, and what the others need',
  help: `Usage: arborize doctor

Tries every backend on this machine and prints its device, or what to do to get it.`,
  options: {},
  positionals: [],
  run: async () => {
    console.log(`arborize ${LAB_VERSION} · Node ${process.version} · ${process.platform} ${process.arch}\n`);
    for (const { name, available, device, software, remedy } of await probeBackends()) {
      const note = software ? ' (emulated on the CPU: right, but very slow)' : '';
      console.log(
        `${available ? '✓' : '✗'} ${name.padEnd(10)} ${device}${note}${remedy && `\n  → ${remedy}`}`,
      );
    }
  },
};
