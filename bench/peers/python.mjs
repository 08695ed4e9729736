// Contenders in Python, on one thread: a child process for each script, which times itself and answers one line to each line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Unavailable } from './unavailable.mjs';

const python = process.env.ARBORIZE_PYTHON ?? 'python3';
const children = new Map();

async function ask(script, needs, command) {
  if (!children.has(script)) children.set(script, startChild(script));
  const child = children.get(script);
  child.process.stdin.write(`${JSON.stringify(command)}\n`);
  const { value: line, done } = await child.lines.next();
  if (done) throw new Unavailable(`${python} with ${needs} is needed; ARBORIZE_PYTHON names an interpreter`);
  const answer = JSON.parse(line);
  if (answer.error) throw new Unavailable(answer.error);
  return answer;
}

function startChild(script) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const started = spawn(python, [path], { stdio: ['pipe', 'pipe', 'ignore'] });
  // A missing interpreter, or one that ends at once, shows as the end of its output.
  started.on('error', () => {});
  started.stdin.on('error', () => {});
  return { process: started, lines: createInterface(started.stdout)[Symbol.asyncIterator]() };
}

/** Ends all children. */
export function stopPython() {
  for (const child of children.values()) child.process.stdin.end();
}

/**
 * A contender in Python.
 *
 * @param script A file of this folder.
 * @param needs What its interpreter must have; also the name of the contender.
 * @param task What the script is to run.
 * @param tensors Returns what it starts from, `{ shape, values }` each.
 */
export function inPython(script, needs, task, tensors, options = {}) {
  return {
    name: needs,
    async start() {
      const sent = tensors().map(({ shape, values }) => ({
        shape,
        data: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'),
        ...(values instanceof Int32Array && { dtype: 'int32' }),
      }));
      const { id } = await ask(script, needs, { start: task, tensors: sent, options });
      return {
        async values() {
          const bytes = Buffer.from((await ask(script, needs, { values: id })).data, 'base64');
          return new Float32Array(Uint8Array.from(bytes).buffer);
        },
        time: async () => (await ask(script, needs, { time: id })).milliseconds,
        stop: () => ask(script, needs, { stop: id }),
      };
    },
  };
}
