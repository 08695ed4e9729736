import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { run } from '../release/run.mjs';

const FOLDER = '.cache/examples';
const COMPILER = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };

/** Runs an example against the built packages; throws where it does not print what it says. */
export function runExample({ code, expected }) {
  mkdirSync(FOLDER, { recursive: true });
  try {
    writeFileSync(
      `${FOLDER}/example.mjs`,
      ts.transpileModule(code, { compilerOptions: COMPILER }).outputText,
    );
    const printed = lines(run(process.execPath, [resolve(FOLDER, 'example.mjs')]));
    if (printed !== lines(expected)) throw new Error(`it prints\n${printed}\nand not\n${expected}`);
  } finally {
    rmSync(FOLDER, { recursive: true });
  }
}

function lines(text) {
  return text.trim().replace(/[ \t]+$/gm, '');
}
