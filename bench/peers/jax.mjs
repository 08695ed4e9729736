// jax-js on WASM: another way to compute in JavaScript, compared on the forward product.
import { Unavailable } from './unavailable.mjs';

let loaded;

async function load() {
  try {
    const jax = await import('@jax-js/jax');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    return jax;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Unavailable('run `npm install --no-save --prefix bench @jax-js/jax`');
  }
}

/** A contender that multiplies two matrices, or batches of them, under `jit`. */
export function productInJax(tensors, { transposeA, transposeB }) {
  return {
    name: 'jax-js',
    async start() {
      loaded ??= load();
      const { jit, numpy: np } = await loaded;
      const operands = tensors().map(({ shape, values }) => np.array(values).reshape(shape));
      const multiply = jit((a, b) =>
        np.matmul(transposeA ? np.matrixTranspose(a) : a, transposeB ? np.matrixTranspose(b) : b),
      );
      // Every call consumes a reference to its arguments.
      const product = () => multiply(...operands.map((operand) => operand.ref));
      return {
        values: async () => Float32Array.from(await product().data()),
        async time() {
          const begin = performance.now();
          const y = product();
          await y.blockUntilReady();
          const milliseconds = performance.now() - begin;
          y.dispose();
          return milliseconds;
        },
        async stop() {
          for (const operand of operands) operand.dispose();
        },
      };
    },
  };
}
