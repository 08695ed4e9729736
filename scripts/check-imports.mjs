// Checks the import rules of CONTRIBUTING.md in every package.
import { checkWorkspace } from './imports/check-workspace.mjs';

const { faults, files } = checkWorkspace('.');
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`Imports follow the rules in ${files} files.`);
