import * as tf from '@tensorflow/tfjs-core';
import { noise } from '../data.mjs';
import { stockBackends } from '../peers/backends.mjs';
import { productInJax } from '../peers/jax.mjs';
import { inTorch } from '../peers/torch.mjs';

const forms = [
  ['a·b', false, false],
  ['aᵀ·b', true, false],
  ['a·bᵀ', false, true],
  ['aᵀ·bᵀ', true, true],
];

function product(size, shape, [form, transposeA, transposeB]) {
  const transposes = { transposeA, transposeB };
  const operands = () => [noise(shape, 1), noise(shape, 2)];
  const work = () => {
    const [a, b] = operands().map(({ values }) => tf.tensor(values, shape));
    return { step: () => tf.matMul(a, b, transposeA, transposeB), dispose: () => tf.dispose([a, b]) };
  };
  return {
    name: `matMul ${size} ${form}`,
    work,
    peers: (backend) => [
      ...stockBackends(backend, work),
      inTorch('mat_mul', operands, transposes),
      productInJax(operands, transposes),
    ],
  };
}

export default [
  ['256³', [256, 256]],
  ['512³', [512, 512]],
  ['1024³', [1024, 1024]],
  ['8×128³', [8, 128, 128]],
].flatMap(([size, shape]) => forms.map((form) => product(size, shape, form)));
