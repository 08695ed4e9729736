import { neuronsText } from './plot.mjs';
import { EPSILON, HIDDEN_LAYERS, INPUTS } from './train.mjs';

/** The page about a run, in Markdown. */
export function scalePage({ date, machine, node, steps, batch, larger, measured, wider, beyond }) {
  const rowsOf = (results) =>
    results.map(({ neurons, connections, milliseconds, megabytes }, i) => {
      const before = results[i - 1];
      const factor = (now, then) => (before ? ` (${(now / then).toFixed(2)}×)` : '');
      return row([
        neuronsText(neurons),
        `${(connections / 1e6).toFixed(1)} million`,
        `${milliseconds.toFixed(0)}${factor(milliseconds, before?.milliseconds)}`,
        `${megabytes.toFixed(0)}${factor(megabytes, before?.megabytes)}`,
      ]);
    });
  const [first, last] = [measured[0], measured.at(-1)];
  const each = (last.megabytes - first.megabytes) / (last.neurons - first.neurons);
  const base = last.megabytes - each * last.neurons;
  return `# How large networks may be

A network of ${INPUTS} inputs, ${HIDDEN_LAYERS} sparse layers of equal width with ${EPSILON}·(inputs + units) connections each, and 10 dense outputs,
is trained for ${steps} steps of momentum on batches of ${batch}, on \`wasm\`. Each size runs in a process of its own. Time is the
processor time of the fastest step, since other work on the machine can only add; memory is the most that the process ever held, Node and the drawing of the topology included.

![Time and memory over the number of neurons](scale.svg)

| hidden neurons | connections | ms a step | MB |
| ---: | ---: | ---: | ---: |
${rowsOf(measured).join('\n')}

In brackets: what the doubling cost. Dashed in the plot: exactly twice for twice. The exponent over the whole range is
${exponent(measured, 'milliseconds')} for time and ${exponent(measured, 'megabytes')} for memory; Node and the engine take a fixed part of the memory, about ${Math.round(base)} MB, so small networks
look cheaper to double. Each further neuron takes about ${Math.round(2 ** 20 * each)} bytes${perConnection(first, last)}.

${date}, ${machine}, Node ${node}. \`npm run build && node bench/scale.mjs\` measures yours; \`--write docs\` writes this page.

On batches of ${larger}:

| hidden neurons | connections | ms a step | MB |
| ---: | ---: | ---: | ---: |
${rowsOf(wider).join('\n')}

## Why time grows faster than the network

The kernels compute only what is stored: operations double exactly. What does not is the time to reach memory. Every connection reads the
activations of one unit, ${batch} numbers at a random place, because the connections are random. The activations of a layer fill 2 MB at 125 k
neurons, which the second cache of this machine holds, and 16 MB at 1 M, more than that, and more than its table of 4 kB pages reaches. A product alone, batch 16, in nanoseconds a connection, 2026-11-25:

| units of a layer | 16 k | 31 k | 62 k | 125 k | 250 k |
| --- | ---: | ---: | ---: | ---: | ---: |
| product | 2.8 | 4.1 | 4.6 | 7.1 | 8.6 |
| the same, all 16 examples in one pass | 1.8 | 2.8 | 3.5 | 6.0 | 7.9 |
| values into the order of the transpose | 0.8 | 1.4 | 2.1 | 3.5 | 6.0 |
| gradient of the values | 2.2 | 2.9 | 4.0 | 5.4 | 7.5 |
| both gradients in one sweep, instead of a product and the two rows above | 4.7 | 5.7 | 9.5 | 12.4 | 15.7 |
| the transposed product, looking up values itself | 3.2 | 4.3 | 7.1 | 10.0 | 15.6 |

What is faster is steeper, since it leaves nothing but the reads. Parts of a layer that fit the cache do not help at 20 connections a unit: each would
hold one connection of an output, whose sum would have to be read and written once for each part, more bytes than the random reads.
Larger pages would help; an engine does not ask the system for them.

## Where the limit is

WebAssembly addresses 4 GB with 32-bit pointers, and the heap holds everything that is a tensor: weights, momentum, gradients,
indices, activations. By the slope above, that is about ${(4096 / each / 1e6).toFixed(1)} million hidden neurons of this kind with momentum; Adam keeps one
more number for each connection, larger batches keep more activations.
${tried(beyond)}
Where a tensor of ours does not fit, the error names the op and the shape, and the backend works on; what the stock engine allocates
for itself may end in an error of WebAssembly instead. Saving needs the weights once more, outside of that heap.

## What lies beyond

- \`cpu\` computes with the same connections in plain JavaScript arrays, which only the machine's memory limits, and is slower.
- \`webgpu\` gathers with the same connections. There the device's memory is the limit, and the largest buffer that it binds,
  often 2 GB, for each single tensor. How it scales was not measured: no GPU could be had.
- \`tensorflow\` multiplies by the dense matrix and is no way out: one layer of 250 000 × 250 000 would take 250 GB.
- Indices are 32-bit integers: 2 billion connections in one layer at most, on any backend.
- One model spread over several heaps or machines is not part of this project.
`;
}

const row = (cells) => `| ${cells.join(' | ')} |`;

/** b of value = a·neurons^b, by least squares of the logarithms. */
function exponent(measured, name) {
  const points = measured.map((each) => [Math.log(each.neurons), Math.log(each[name])]);
  const mean = (i) => points.reduce((sum, point) => sum + point[i], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return (over / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)).toFixed(2);
}

function perConnection(first, last) {
  const bytes = (2 ** 20 * (last.megabytes - first.megabytes)) / (last.connections - first.connections);
  return `, each connection ${Math.round(bytes)}`;
}

function tried(beyond) {
  if (beyond.length === 0) return '';
  const said = beyond.map(({ neurons, failed, megabytes }) =>
    failed
      ? `${neuronsText(neurons)} did not (\`${failed}\`)`
      : `${neuronsText(neurons)} trained in ${(megabytes / 1024).toFixed(1)} GB`,
  );
  return `\nTried: ${said.join('; ')}.\n`;
}
