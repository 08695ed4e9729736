import { ArgumentError, defineOp, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { oneHot, winnerOf } from './choose-segment.ts';
import { byMagnitude, checkMode, type GateMode } from './gate-mode.ts';
import { activationsOnWasm, segmentsGradOnWasm } from './wasm.ts';

/** Options of {@link segmentActivations}. */
export interface SegmentActivationsOptions {
  /** Decides whether magnitudes or activations compete. Default `'absMaxGate'`. */
  readonly mode?: GateMode;
  /** For each sample, the row of `context` that it has, as a tensor [B]. Default: each row is one sample. */
  readonly contextIndex?: Tensor | TensorLike;
}

interface Attributes {
  readonly magnitude: boolean;
}

type Inputs = { context: Tensor; segments: Tensor };
type GradInputs = { dy: Tensor; winners: Tensor; context: Tensor; segments: Tensor };

/** d [D, H, S] of context [D, C] and segments [H, S, C]. */
export function allActivations(context: Tensor, segments: Tensor): Tensor {
  const [units, count, width] = segments.shape as [number, number, number];
  const d = tf.matMul(context, tf.reshape(segments, [units * count, width]), false, true);
  return tf.reshape(d, [context.shape[0]!, units, count]);
}

/** dy [D, H] at the winners of [D, H·S], else 0. */
function atWinners({ dy, winners, segments }: GradInputs): Tensor {
  const [units, count] = segments.shape as [number, number];
  return tf.reshape(tf.mul(tf.expandDims(dy, 2), oneHot(winners, count)), [-1, units * count]);
}

const segmentsGrad = /* @__PURE__ */ defineOp<GradInputs, object, Tensor>({
  name: 'SegmentActivationsGradSegments',
  reference(inputs) {
    const shape = inputs.segments.shape as [number, number, number];
    return tf.reshape(tf.matMul(atWinners(inputs), inputs.context, true), shape);
  },
  kernels: { wasm: ({ inputs, backend }) => segmentsGradOnWasm(inputs, backend) },
});

const contextGrad = /* @__PURE__ */ defineOp<GradInputs, object, Tensor>({
  name: 'SegmentActivationsGradContext',
  reference(inputs) {
    const [units, count, width] = inputs.segments.shape as [number, number, number];
    return tf.matMul(atWinners(inputs), tf.reshape(inputs.segments, [units * count, width]));
  },
});

const op = /* @__PURE__ */ defineOp<Inputs, Attributes, Tensor[]>({
  name: 'SegmentActivations',
  reference: ({ context, segments }, { magnitude }) => winnerOf(allActivations(context, segments), magnitude),
  kernels: { wasm: ({ inputs, attrs, backend }) => activationsOnWasm(inputs, attrs.magnitude, backend) },
  gradient: {
    saves: ['context', 'segments'],
    savesOutputs: true,
    of([dy], { context, segments }, _, [, winners]) {
      const inputs = { dy: dy!, winners: winners!, context, segments };
      return { context: () => contextGrad(inputs, {}), segments: () => segmentsGrad(inputs, {}) };
    },
  },
});

/**
 * The activation of each unit's winning dendritic segment: segments are linear detectors of the context, and the
 * strongest speaks for its unit.
 *
 *     d_s = U_s · c        a = d_s*,  s* = argmax |d_s|  ('absMaxGate', 'absMaxGateUnsigned')  or  argmax d_s
 *     ∂L/∂U_s* = ∂L/∂a · c,  0 for all other segments       ∂L/∂c = Σ_units ∂L/∂a · U_s*
 *
 * The lowest index wins among equals; no gradient flows through the choice.
 *
 * @param context Float32 tensor [D, C], one row for each distinct context or each sample.
 * @param segments Float32 tensor [H, S, C]: S segments for each of H units.
 * @returns Activations [D, H], or [B, H] with `contextIndex`; the caller disposes of them.
 * @throws ArgumentError for other ranks, contexts of another width, no segments, an unknown mode, or an index that is no
 *   vector.
 * @example
 * segmentActivations([[1, 0.5]], [[[0.5, -1], [-0.25, -0.75]]]).print(); // [[-0.625]]
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042, eq. 3.
 */
export function segmentActivations(
  context: Tensor | TensorLike,
  segments: Tensor | TensorLike,
  { mode = 'absMaxGate', contextIndex }: SegmentActivationsOptions = {},
): Tensor {
  checkMode('segmentActivations', mode);
  return tf.tidy(() => {
    const c = toFloatTensor(context, 'segmentActivations', 'context');
    const u = toFloatTensor(segments, 'segmentActivations', 'segments');
    checkShapes(c, u);
    const [a] = op({ context: c, segments: u }, { magnitude: byMagnitude(mode) });
    if (contextIndex === undefined) return a!;
    const index = toFloatTensor(contextIndex, 'segmentActivations', 'options.contextIndex');
    if (index.rank === 1) return tf.gather(a!, tf.cast(index, 'int32') as tf.Tensor1D);
    throw new ArgumentError({
      where: 'segmentActivations',
      argument: 'options.contextIndex',
      got: index,
      expected: 'of shape [B]',
    });
  });
}

function checkShapes(context: Tensor, segments: Tensor): void {
  const where = 'segmentActivations';
  if (segments.rank !== 3 || segments.shape[1] === 0) {
    const expected = 'of shape [units, segments ≥ 1, context width]';
    throw new ArgumentError({ where, argument: 'segments', got: segments, expected });
  }
  if (context.rank !== 2 || context.shape[1] !== segments.shape[2]) {
    const expected = `of shape [contexts, ${segments.shape[2]}], as wide as the segments`;
    throw new ArgumentError({ where, argument: 'context', got: context, expected });
  }
}
