import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { approximateGates } from './approximate.ts';
import { exactGates } from './exact.ts';
import { type GateCall, type GateRun, type GroupFunction, gateLayout } from './gate-call.ts';
import type { GateMath } from './gate-math.ts';

const functions: Readonly<Record<GroupFunction, GateMath>> = { ...approximateGates, ...exactGates };

function math({ gate }: GateRun, { temperature: t }: GateCall): GateMath {
  const { value, slopes } = functions[gate];
  if (t === 1) return { value, slopes };
  return { value: (z) => tf.mul(value(tf.div(z, t)), t), slopes: (z) => slopes(tf.div(z, t)) };
}

export function gateValue(z: Tensor, call: GateCall): Tensor {
  const { outer, groups, inner, runs, outputShape } = gateLayout(z.shape, call);
  const shape = outputShape as ShapeMap[Rank];
  if (z.size === 0) return tf.zeros(shape);
  const all = tf.reshape(z, [outer, groups, call.k, inner]);
  const parts = runs.map((run) => {
    const members = tf.slice(all, [0, run.first, 0, 0], [outer, run.count, call.k, inner]);
    return tf.add(tf.mul(math(run, call).value(members), run.scale), run.shift);
  });
  return tf.reshape(tf.concat(parts, 1), shape);
}

export function gateGradient(z: Tensor, dy: Tensor, call: GateCall): Tensor {
  const { outer, groups, inner, width, runs } = gateLayout(z.shape, call);
  if (z.size === 0) return tf.zerosLike(z);
  const all = tf.reshape(z, [outer, groups, call.k, inner]);
  const dyAll = tf.reshape(dy, [outer, width, 1, inner]);
  const parts = runs.map((run) => {
    const members = tf.slice(all, [0, run.first, 0, 0], [outer, run.count, call.k, inner]);
    const dyRun = tf.slice(dyAll, [0, run.at, 0, 0], [outer, run.count, 1, inner]);
    return tf.mul(tf.mul(dyRun, run.scale), math(run, call).slopes(members));
  });
  return tf.reshape(call.strategy === 'duplicate' ? tf.addN(parts) : tf.concat(parts, 1), z.shape);
}
