import { dropRate, keepMask, provideThreads, type WasmThreads } from '@arborize/core';
import { type Array64, array64, describeOp, expectNoTensorLeak, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { toDense } from '../conversion/to-dense.ts';
import { sparsePattern } from '../pattern/sparse-pattern.ts';
import { columnsOf, type Topology, topologyFromPositions } from '../pattern/topology.ts';
import { closedForm, scattered } from '../testing/topologies.ts';
import { activatedAffine } from './activated-affine.ts';
import { swapLayout } from './product.ts';
import type { Layout } from './product-call.ts';
import { sampledDenseDense } from './sampled-dense-dense.ts';
import { sparseDenseMatMul } from './sparse-dense-mat-mul.ts';

/** x·W, or x·Wᵀ, in float64, position by position. */
function product64(topology: Topology, transposed: boolean, layout: Layout) {
  const columns = columnsOf(topology);
  const featureMajor = layout === 'featureMajor';
  return (x: Array64, values: Array64): Array64 => {
    const features = transposed ? topology.inputs : topology.outputs;
    const [batch, from] = featureMajor ? x.shape.toReversed() : x.shape;
    const y = new Float64Array(batch! * features);
    for (let p = 0; p < columns.length; p++) {
      const ends = [topology.rowIndices[p]!, columns[p]!];
      const [meets, feeds] = (transposed ? ends.reverse() : ends) as [number, number];
      for (let b = 0; b < batch!; b++) {
        const value = x.values[featureMajor ? meets * batch! + b : b * from! + meets]!;
        y[featureMajor ? feeds * batch! + b : b * features + feeds]! += values.values[p]! * value;
      }
    }
    return array64(featureMajor ? [features, batch!] : [batch!, features], y);
  };
}

function sampled64(topology: Topology, layout: Layout) {
  const columns = columnsOf(topology);
  const featureMajor = layout === 'featureMajor';
  const at = (x: Array64, feature: number, k: number) =>
    x.values[featureMajor ? feature * x.shape[1]! + k : k * x.shape[1]! + feature]!;
  return (a: Array64, b: Array64): Array64 => {
    const values = new Float64Array(columns.length);
    for (let p = 0; p < values.length; p++) {
      for (let k = 0; k < a.shape[featureMajor ? 1 : 0]!; k++) {
        values[p]! += at(a, topology.rowIndices[p]!, k) * at(b, columns[p]!, k);
      }
    }
    return array64([values.length], values);
  };
}

// 3 examples have no whole vector, 7 an overlapping one, 37 a block, a vector and a rest.
const BATCHES = [1, 3, 7, 37];
const TOPOLOGIES = { 'of few connections': scattered(7, 5, 12), full: scattered(2, 2, 4) };

for (const [kind, topology] of Object.entries(TOPOLOGIES)) {
  const pattern = sparsePattern(topology);
  const { inputs, outputs } = topology;
  for (const layout of ['batchMajor', 'featureMajor'] as const) {
    const shape = (batch: number, features: number) =>
      layout === 'featureMajor' ? [features, batch] : [batch, features];
    for (const transposeSparse of [false, true]) {
      describeOp(`sparseDenseMatMul ${kind}, ${layout}${transposeSparse ? ', transposed' : ''}`, {
        op: (x, values) => sparseDenseMatMul(x!, { pattern, values: values! }, { layout, transposeSparse }),
        float64: product64(topology, transposeSparse, layout),
        shapes: BATCHES.map((batch) => [shape(batch, transposeSparse ? outputs : inputs), [pattern.size]]),
      });
    }
    describeOp(`sampledDenseDense ${kind}, ${layout}`, {
      op: (a, b) => sampledDenseDense(a!, b!, pattern, { layout }),
      float64: sampled64(topology, layout),
      shapes: BATCHES.map((batch) => [shape(batch, inputs), shape(batch, outputs)]),
    });
  }
}

describe('sparse products: closed form', () => {
  const pattern = sparsePattern(closedForm.topology);
  const w = { pattern, values: tf.tensor1d(closedForm.values) };
  const x = [
    [1, 2, -1],
    [0.5, -1, 3],
  ];
  const delta = [
    [0.3, -0.2],
    [-0.1, 0.4],
  ];

  it('multiplies by the matrix and by its transpose', async () => {
    expect(await sparseDenseMatMul(x, w).data()).toBeAllClose([0.5, -0.3, -0.8, 1.4]);
    const back = sparseDenseMatMul(delta, w, { transposeSparse: true });
    expect(await back.data()).toBeAllClose([0.06, -0.02, -0.19, -0.02, 0.04, 0.23]);
  });

  it('samples the mean gradient at the stored positions', async () => {
    const mean = tf.div(sampledDenseDense(x, delta, pattern), 2);
    expect(await mean.data()).toBeAllClose([0.125, -0.3, -0.4, 0.7]);
  });
});

describe('sparse products: against the dense product', () => {
  const pattern = sparsePattern(scattered(40, 30, 130));
  const values = tf.randomNormal([130], 0, 1, 'float32', 1);
  const x = tf.randomNormal([70, 40], 0, 1, 'float32', 2);
  const loose = { absolute: 1e-4, relative: 1e-4 };

  it('has the value and the gradients of a dense layer, and those of its gradients', async () => {
    const sparse = (x: tf.Tensor, v: tf.Tensor) =>
      tf.sum(tf.square(sparseDenseMatMul(x, { pattern, values: v })));
    const dense = (x: tf.Tensor, v: tf.Tensor) =>
      tf.sum(tf.square(tf.matMul(x, toDense({ pattern, values: v }))));
    for (const [a, b] of [
      [sparse(x, values), dense(x, values)],
      ...tf
        .grads(sparse)([x, values])
        .map((g, i) => [g, tf.grads(dense)([x, values])[i]!]),
    ]) {
      expect(await a!.data()).toBeAllClose(await b!.data(), loose);
    }
    const slope = (f: typeof sparse) =>
      tf.grad((v: tf.Tensor) => tf.sum(tf.square(tf.grad((u: tf.Tensor) => f(u, v))(x))))(values);
    const [second, expected] = [slope(sparse), slope(dense)];
    expect(await second.data()).toBeAllClose(await expected.data(), { absolute: 1, relative: 1e-3 });
  });

  it('has the gradient of the dense one at each stored position, to a millionth', async () => {
    const small = sparsePattern(scattered(7, 5, 12));
    const [v, a, dy] = [[12], [3, 7], [3, 5]].map((shape, i) =>
      tf.randomNormal(shape, 0, 1, 'float32', 4 + i),
    );
    const sparse = tf.grads((a, v) => sparseDenseMatMul(a!, { pattern: small, values: v! }));
    const dense = tf.grads((a, w) => tf.matMul(a!, w!));
    const w = toDense({ pattern: small, values: v! });
    const [ofInput, ofValues] = sparse([a!, v!], dy!);
    const [expectedInput, ofMatrix] = dense([a!, w], dy!);
    const { inputs, outputs, rowIndices, ...rest } = scattered(7, 5, 12);
    const columns = columnsOf({ inputs, outputs, rowIndices, ...rest });
    const all = await ofMatrix!.data();
    const stored = Array.from(rowIndices, (row, p) => all[row * outputs + columns[p]!]!);
    const near = { absolute: 1e-6, relative: 1e-6 };
    expect(await ofValues!.data()).toBeAllClose(stored, near);
    expect(await ofInput!.data()).toBeAllClose(await expectedInput!.data(), near);
  });

  it('memory: leaves no tensor behind', async () => {
    await expectNoTensorLeak(() =>
      tf.dispose(tf.valueAndGrads((v) => sparseDenseMatMul(x, { pattern, values: v! }))([values])),
    );
  });
});

describe('activation and dropout of x·W + bias: against the dense layer', () => {
  const pattern = sparsePattern(scattered(12, 9, 40));
  const values = tf.randomNormal([40], 0, 1, 'float32', 1);
  const bias = tf.randomNormal([9], 0, 1, 'float32', 2);
  const loose = { absolute: 1e-4, relative: 1e-4 };
  const rate = dropRate('test', 'rate', 0.3);

  const layouts = [
    ['batchMajor', 5],
    ['batchMajor', 37],
    ['featureMajor', 5],
    ['featureMajor', 37],
    ['featureMajor', 40],
    ['featureMajor', 1],
  ] as const;
  const activations = [0, 0.6, -0.6, -2].flatMap((slope) => [
    { slope, mask: null },
    { slope, mask: { ...rate, seed: 3000000000 } },
  ]);

  it.each(
    activations.flatMap((activation) => layouts.map(([layout, batch]) => ({ ...activation, layout, batch }))),
  )('%o: value, gradients, and their gradient', async ({ layout, batch, slope, mask }) => {
    const byFeatures = layout === 'featureMajor';
    const ofLayout = (x: tf.Tensor) => (byFeatures ? tf.transpose(x) : x);
    const x = ofLayout(tf.randomNormal([batch, 12], 0, 1, 'float32', 3));
    const dy = ofLayout(tf.randomNormal([batch, 9], 0, 1, 'float32', 4));
    const kept = mask ? tf.tensor2d(keepMask(mask.seed, batch, 9, mask), [batch, 9]) : tf.ones([batch, 9]);
    const sparse = (x: tf.Tensor, values: tf.Tensor, bias: tf.Tensor) =>
      activatedAffine({ x, values, bias }, { pattern, layout, slope, mask });
    const dense = (x: tf.Tensor, values: tf.Tensor, bias: tf.Tensor) => {
      const z = tf.add(tf.matMul(ofLayout(x), toDense({ pattern, values })), bias);
      return ofLayout(tf.mul(tf.where(tf.greater(z, 0), z, tf.mul(z, slope)), kept));
    };
    expect(await sparse(x, values, bias).data()).toBeAllClose(await dense(x, values, bias).data(), loose);
    const gradients = (f: typeof sparse) => (d: tf.Tensor) => tf.grads(f)([x, values, bias], d);
    const [actual, expected] = [sparse, dense].map((f) => gradients(f)(dy));
    for (const [i, gradient] of actual!.entries()) {
      expect(await gradient.data()).toBeAllClose(await expected![i]!.data(), loose);
    }
    const energy = (f: typeof sparse) => (d: tf.Tensor) =>
      tf.addN(gradients(f)(d).map((gradient) => tf.sum(tf.square(gradient))));
    const [second, expectedSecond] = [sparse, dense].map((f) => tf.grad(energy(f))(dy));
    expect(await second!.data()).toBeAllClose(await expectedSecond!.data(), {
      absolute: 1e-3,
      relative: 1e-3,
    });
  });

  it('closed form: is All-ReLU of units that nothing feeds, 0 included', async () => {
    const none = sparsePattern(topologyFromPositions(1, 5, []));
    const call = { pattern: none, layout: 'featureMajor', mask: null } as const;
    const inputs = { x: tf.ones([1, 2]), values: tf.zeros([0]) };
    const alone = (slope: number) => {
      const { value, grad } = tf.valueAndGrad((bias) =>
        activatedAffine({ ...inputs, bias }, { ...call, slope }),
      )(tf.tensor1d([-2, -0.5, 0, 0.5, 2]));
      return Promise.all([tf.slice(value, [0, 1], [5, 1]).data(), grad.data()]);
    };
    const [even, slopes] = await alone(-0.6);
    expect(even).toBeAllClose([1.2, 0.3, 0, 0.5, 2]);
    expect(slopes).toBeAllClose([-1.2, -1.2, -1.2, 2, 2]);
    const [odd, others] = await alone(0.6);
    expect(odd).toBeAllClose([-1.2, -0.3, 0, 0.5, 2]);
    expect(others).toBeAllClose([1.2, 1.2, 1.2, 2, 2]);
  });

  it.each([0, -0.6])('drops the bits of keepMask, with slope %d', async (slope) => {
    const [batch, units] = [45, 9];
    const mask = { ...rate, seed: 7 };
    const expected = keepMask(7, batch, units, mask);
    const none = sparsePattern(topologyFromPositions(1, units, []));
    const inputs = { values: tf.zeros([0]), bias: tf.ones([units]) };
    for (const layout of ['batchMajor', 'featureMajor'] as const) {
      const byFeatures = layout === 'featureMajor';
      const x = tf.ones(byFeatures ? [1, batch] : [batch, 1]);
      const y = activatedAffine({ x, ...inputs }, { pattern: none, layout, slope, mask });
      expect([...(await (byFeatures ? tf.transpose(y) : y).data())]).toEqual([...expected]);
    }
  });

  it('memory: leaves no tensor behind', async () => {
    const x = tf.ones([12, 6]);
    for (const { slope, mask } of activations) {
      const call = { pattern, layout: 'featureMajor', slope, mask } as const;
      await expectNoTensorLeak(() => tf.tidy(() => activatedAffine({ x, values, bias }, call)).dispose());
      await expectNoTensorLeak(() =>
        tf.dispose(
          tf.grads((x, values) => activatedAffine({ x: x!, values: values!, bias }, call))([x, values]),
        ),
      );
    }
    x.dispose();
  });
});

describe('sparse products: on two threads', () => {
  onlyOn(['wasm'], 'threads of the WASM backend');

  it('have the bits of one', async () => {
    const pattern = sparsePattern(scattered(200, 300, 6000));
    const [values, bias] = [tf.randomNormal([6000], 0, 1, 'float32', 1), tf.ones([300])];
    const x = tf.randomNormal([200, 400], 0, 1, 'float32', 2);
    const dy = tf.randomNormal([300, 400], 0, 1, 'float32', 3);
    const mask = { ...dropRate('test', 'rate', 0.3), seed: 5 };
    const call = { pattern, layout: 'featureMajor', slope: -0.6, mask } as const;
    const run = async () => {
      const { value, grads } = tf.valueAndGrads((x, values, bias) =>
        activatedAffine({ x: x!, values: values!, bias: bias! }, call),
      )([x, values, bias], dy);
      const others = [sampledDenseDense(x, dy, pattern, call), swapLayout({ x }, {})];
      return Promise.all([value, ...grads, ...others].map((y) => y.data()));
    };
    const alone = await run();
    let parts = 0;
    const two: WasmThreads = {
      count: 2,
      team: () => two,
      run({ exports }, name, calls) {
        parts += calls.length;
        // The last part first: no part may need another.
        for (const each of calls.toReversed())
          (exports as Record<string, (...c: readonly number[]) => void>)[name]!(...each);
      },
    };
    provideThreads(tf.backend(), two);
    expect(await run()).toEqual(alone);
    // Products, of which one permutes its values, and the transpose.
    expect(parts).toBe((4 + 2) * 4);
    provideThreads(tf.backend(), { ...two, team: () => ({ ...two, count: 1 }) });
  });
});

describe('sparse products: errors', () => {
  const change = (
    name: 'rowIndices' | 'columnIndices' | 'columnPointers' | 'permutation',
    numbers: number[],
  ) => ({
    ...sparsePattern(closedForm.topology),
    [name]: tf.tensor1d(numbers, 'int32'),
  });
  const values = tf.tensor1d(closedForm.values);

  it.each([
    ['rowIndices' as const, [0, 3, 1, 2], 'rowIndices[1] must be in [1, 3)'],
    ['rowIndices' as const, [2, 0, 1, 2], 'rowIndices[1]'],
    ['columnPointers' as const, [0, 2, 5], 'columnPointers must be from 0 to 4'],
  ])('refuse a pattern whose %s are %o', (name, numbers, message) => {
    const pattern = change(name, numbers);
    expect(() => sparseDenseMatMul([[1, 2, 3]], { pattern, values })).toThrow(message);
    expect(() => sampledDenseDense([[1, 2, 3]], [[1, 2]], pattern)).toThrow(message);
  });

  it('refuse a transposed index that is out of range', () => {
    const back = (pattern: ReturnType<typeof sparsePattern>) =>
      sparseDenseMatMul([[1, 2]], { pattern, values }, { transposeSparse: true });
    expect(() => back(change('columnIndices', [0, 1, 0, 7]))).toThrow('rowIndices[3]');
    expect(() => back(change('permutation', [0, 2, 1, 4]))).toThrow('pattern.permutation must be in [0, 4)');
  });
});

describe('sparse products: mixed patterns', () => {
  onlyOn(['cpu', 'wasm', 'tensorflow'], 'indices that can be read again');

  it('are refused, though all their parts were right with others', () => {
    const pattern = sparsePattern(closedForm.topology);
    const larger = sparsePattern(scattered(4, 2, 5));
    for (const each of [pattern, larger]) {
      const w = { pattern: each, values: tf.ones([each.size]) };
      tf.grad((x) => sparseDenseMatMul(x, w))(tf.ones([1, each.shape[0]]));
    }
    const multiply = (change: Partial<typeof pattern>) => {
      const w = { pattern: { ...pattern, ...change }, values: tf.tensor1d(closedForm.values) };
      const x = tf.ones([1, w.pattern.shape[0]]);
      return tf.grad((x) => sparseDenseMatMul(x, w))(x);
    };
    expect(() => multiply({ columnPointers: larger.columnPointers })).toThrow(
      'columnPointers must be from 0',
    );
    expect(() => multiply({ rowIndices: larger.rowIndices })).toThrow('must be pattern.size, 4, got 5');
    expect(() => multiply({ permutation: larger.permutation })).toThrow('must be pattern.size, 4, got 5');
    expect(() => multiply({ permutation: tf.tensor1d([0, 1, 2, -1], 'int32') })).toThrow(
      'pattern.permutation',
    );
    expect(() => multiply({ shape: [2, 2] })).toThrow('rowIndices');
  });
});

describe('sparse products: edges', () => {
  it.each([
    [4, 3],
    [1, 1],
  ])('gives zeros for a matrix [%i, %i] that stores nothing', async (inputs, outputs) => {
    const pattern = sparsePattern(topologyFromPositions(inputs, outputs, []));
    const values = tf.zeros([0]);
    const x = tf.ones([2, inputs]);
    const y = sparseDenseMatMul(x, { pattern, values });
    expect([...(await y.data())]).toEqual(new Array(2 * outputs).fill(0));
    const s = sampledDenseDense(x, y, pattern);
    expect(s.shape).toEqual([0]);
    expect([...(await toDense({ pattern, values }).data())]).toEqual(new Array(inputs * outputs).fill(0));
  });

  it('takes a batch of none', async () => {
    const pattern = sparsePattern(scattered(4, 3, 5));
    const y = sparseDenseMatMul(tf.zeros([0, 4]), { pattern, values: tf.ones([5]) });
    expect(y.shape).toEqual([0, 3]);
    const s = sampledDenseDense(tf.zeros([0, 4]), tf.zeros([0, 3]), pattern);
    expect([...(await s.data())]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('activation of x·W + bias: what is not finite', () => {
  it.each([
    [0, [Number.NaN, 0, Number.POSITIVE_INFINITY]],
    [0.5, [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
    [1, [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
  ])('a slope of %d gives %o', async (slope, expected) => {
    const pattern = sparsePattern(scattered(1, 1, 1));
    const [values, bias] = [tf.ones([1]), tf.zeros([1])];
    const x = tf.tensor2d([Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], [1, 3]);
    const y = tf.tidy(() =>
      activatedAffine({ x, values, bias }, { pattern, layout: 'featureMajor', slope, mask: null }),
    );
    expect([...(await y.data())]).toEqual(expected);
    tf.dispose([x, y, values, bias, pattern as unknown as tf.NamedTensorMap]);
  });
});
