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
  const heated = (members: readonly Tensor[]) => members.map((z) => tf.div(z, t));
  return {
    value: (members) => tf.mul(value(heated(members)), t),
    slopes: (members) => slopes(heated(members)),
  };
}

/** The groups of a run, one tensor [outer, count, inner] for each member. */
function membersOf(run: GateRun, z: Tensor, call: GateCall): Tensor[] {
  const { outer, groups, inner } = gateLayout(z.shape, call);
  // With the members in front each of them is one piece of memory; stock backends split off other axes slowly.
  const all = tf.transpose(tf.reshape(z, [outer, groups, call.k, inner]), [2, 0, 1, 3]);
  return tf.unstack(tf.slice(all, [0, 0, run.first, 0], [call.k, outer, run.count, inner]));
}

export function gateValue(z: Tensor, call: GateCall): Tensor {
  const { runs, outputShape } = gateLayout(z.shape, call);
  const shape = outputShape as ShapeMap[Rank];
  if (z.size === 0) return tf.zeros(shape);
  const parts = runs.map((run) => {
    const value = math(run, call).value(membersOf(run, z, call));
    return tf.add(tf.mul(value, run.scale), run.shift);
  });
  return tf.reshape(tf.concat(parts, 1), shape);
}

export function gateGradient(z: Tensor, dy: Tensor, call: GateCall): Tensor {
  const { outer, inner, width, runs } = gateLayout(z.shape, call);
  if (z.size === 0) return tf.zerosLike(z);
  const dyAll = tf.reshape(dy, [outer, width, inner]);
  const parts = runs.map((run) => {
    const dyRun = tf.mul(tf.slice(dyAll, [0, run.at, 0], [outer, run.count, inner]), run.scale);
    const slopes = math(run, call).slopes(membersOf(run, z, call));
    return tf.stack(slopes.map((slope) => tf.mul(dyRun, slope)));
  });
  const dMembers = call.strategy === 'duplicate' ? tf.addN(parts) : tf.concat(parts, 2);
  return tf.reshape(tf.transpose(dMembers, [1, 2, 0, 3]), z.shape);
}
