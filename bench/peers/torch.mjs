// PyTorch on one thread, in a child process that times itself and answers one line to each line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Unavailable } from './unavailable.mjs';

const python = process.env.ARBORIZE_PYTHON ?? 'python3';
const script = fileURLToPath(new URL('torch_peer.py', import.meta.url));

let child;

async function ask(command) {
  child ??= startChild();
  child.process.stdin.write(`${JSON.stringify(command)}\n`);
  const { value: line, done } = await child.lines.next();
  if (done) throw new Unavailable(`${python} with PyTorch is needed; ARBORIZE_PYTHON names an interpreter`);
  const answer = JSON.parse(line);
  if (answer.error) throw new Unavailable(answer.error);
  return answer;
}

function startChild() {
  const started = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  // A missing interpreter, or one that ends at once, shows as the end of its output.
  started.on('error', () => {});
  started.stdin.on('error', () => {});
  return { process: started, lines: createInterface(started.stdout)[Symbol.asyncIterator]() };
}

/** Ends the child, if there is one. */
export function stopTorch() {
  child?.process.stdin.end();
}

/**
 * A contender in PyTorch.
 *
 * @param task The name of a function in torch_peer.py.
 * @param tensors Returns what it starts from, `{ shape, values }` each.
 */
export function inTorch(task, tensors, options = {}) {
  return {
    name: 'PyTorch',
    async start() {
      const sent = tensors().map(({ shape, values }) => ({
        shape,
        data: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'),
      }));
      const { id } = await ask({ start: task, tensors: sent, options });
      return {
        async values() {
          const bytes = Buffer.from((await ask({ values: id })).data, 'base64');
          return new Float32Array(Uint8Array.from(bytes).buffer);
        },
        time: async () => (await ask({ time: id })).milliseconds,
        stop: () => ask({ stop: id }),
      };
    },
  };
}
