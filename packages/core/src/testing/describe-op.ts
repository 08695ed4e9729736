import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Random } from '../random/random.ts';
import { type Array64, array64 } from './array64.ts';
import { backendTolerance, type Tolerance } from './matchers.ts';
import { numericGradient } from './numeric-gradient.ts';
import { expectNoTensorLeak } from './tensor-leaks.ts';

/** What {@link describeOp} needs to know of an op. */
export interface OpSuite {
  readonly op: (...tensors: Tensor[]) => Tensor;
  /** The same function in float64, written independently of the op. */
  readonly float64: (...arrays: Array64[]) => Array64;
  /** Shapes of all inputs, one entry for each case: include sizes 0 and 1, odd sizes and every rank served. */
  readonly shapes: readonly (readonly (readonly number[])[])[];
  /** Draws one input value; N(0, 2²) by default. Keep away from kinks, where no derivative exists. */
  readonly sample?: (random: Random) => number;
  readonly tolerance?: () => Tolerance;
  /** `false` for an op without a gradient. */
  readonly differentiable?: boolean;
}

/** The largest input that central differences are taken of: their cost grows with its square. */
const LARGEST_GRADIENT_CASE = 200;

/**
 * The contract every op keeps on every backend: values and gradients equal to a float64 reference, for contiguous
 * inputs and for views, without leaving a tensor behind.
 *
 * Call it in an `*.op.test.ts` file, which runs once for each backend.
 */
export function describeOp(name: string, suite: OpSuite): void {
  const { op, float64, shapes, differentiable = true } = suite;
  const sample = suite.sample ?? ((random: Random) => random.normal(0, 2));
  const tolerance = suite.tolerance ?? backendTolerance;
  const draw = (shape: readonly number[], random: Random) =>
    array64(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => sample(random)),
    );

  describe(`${name}: op contract`, () => {
    for (const [index, inputShapes] of shapes.entries()) {
      const title = inputShapes.map((shape) => `[${shape}]`).join(' ');
      const inputs = () => {
        const random = new Random(1000 + index);
        return inputShapes.map((shape) => draw(shape, random));
      };

      it(`equals its float64 reference for ${title}`, async () => {
        const arrays = inputs();
        const expected = float64(...arrays);
        const tensors = arrays.map(toTensor);
        const y = op(...tensors);
        expect(y.shape).toEqual(expected.shape);
        expect(y.dtype).toBe('float32');
        expect(await y.data()).toBeAllClose(expected.values, tolerance());
        tf.dispose([y, ...tensors]);
      });

      if (!differentiable || arraysSize(inputShapes) > LARGEST_GRADIENT_CASE) continue;
      it(`has the gradient of its float64 reference for ${title}`, async () => {
        const arrays = inputs();
        const dy = draw(float64(...arrays).shape, new Random(2000 + index));
        const expected = numericGradient(float64, arrays, dy);
        const tensors = arrays.map(toTensor);
        const dyTensor = toTensor(dy);
        const gradients = tf.grads(op)(tensors, dyTensor);
        for (const [i, gradient] of gradients.entries()) {
          expect(gradient.shape).toEqual(inputShapes[i]);
          expect(await gradient.data()).toBeAllClose(expected[i]!, tolerance());
        }
        tf.dispose([...gradients, ...tensors, dyTensor]);
      });
    }

    it('takes the result of a transpose and a slice', async () => {
      const index = shapes.findIndex(
        (inputShapes) => inputShapes[0]!.length >= 2 && arraysSize(inputShapes) > 1,
      );
      if (index < 0) return;
      const arrays = shapes[index]!.map((shape) => draw(shape, new Random(3000)));
      const views = tf.tidy(() => arrays.map(asView));
      const y = op(...views);
      expect(await y.data()).toBeAllClose(float64(...arrays).values, tolerance());
      tf.dispose([y, ...views]);
    });

    it('leaves its inputs as they were and no tensor behind', async () => {
      const arrays = shapes[0]!.map((shape) => draw(shape, new Random(4000)));
      const tensors = arrays.map(toTensor);
      await expectNoTensorLeak(() => {
        op(...tensors).dispose();
        if (differentiable) tf.dispose(tf.grads(op)(tensors));
      });
      for (const [i, tensor] of tensors.entries()) {
        expect(await tensor.data()).toEqual(Float32Array.from(arrays[i]!.values));
      }
      tf.dispose(tensors);
    });
  });
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function arraysSize(shapes: readonly (readonly number[])[]): number {
  return shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
}

function toTensor({ shape, values }: Array64): Tensor {
  return tf.tensor(Float32Array.from(values), shape as tf.ShapeMap[Rank]);
}

/** The same tensor as the result of a transpose and a slice, so that a kernel cannot rely on fresh uploads. */
function asView(array: Array64): Tensor {
  const tensor = toTensor(array);
  const rank = tensor.rank;
  if (rank === 0) return tensor;
  const reversed = Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const padded = tf.pad(
    tf.transpose(tensor, reversed),
    reversed.map(() => [1, 2] as [number, number]),
  );
  const begin = reversed.map(() => 1);
  return tf.transpose(tf.slice(padded, begin, tf.transpose(tensor, reversed).shape), reversed);
}
