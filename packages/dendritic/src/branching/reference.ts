import { keepMask } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LevelShape, type MaskCall, shapeOfKernel, shapeOfResult } from './level-shape.ts';

/** The inputs of all nodes, [units or 1, nodes, branches, lanes]. */
function grouped(lines: Tensor, { lanes, nodes, branches }: LevelShape): Tensor {
  return tf.reshape(lines, [lines.size / (nodes * branches * lanes), nodes, branches, lanes]);
}

/** The mask of every unit's inputs, [units, nodes, branches, lanes]. */
function unitMask({ lanes, nodes, branches, units }: LevelShape, mask: MaskCall): Tensor {
  const columns = units * nodes * branches;
  const byRow = tf.tensor2d(keepMask(mask.seed, lanes, columns, mask), [lanes, columns]);
  return tf.reshape(tf.transpose(byRow), [units, nodes, branches, lanes]);
}

export function sharedValue(x: Tensor, kernel: Tensor, bias: Tensor, mask: MaskCall): Tensor {
  const shape = shapeOfKernel(kernel, x.shape[0]!);
  if (x.size === 0) return tf.zeros([shape.units, shape.nodes, shape.lanes]);
  const inputs = grouped(tf.transpose(x), shape);
  const z = mask.dropped
    ? weightedSum(tf.mul(inputs, unitMask(shape, mask)), kernel)
    : swapped(tf.matMul(swapped(kernel), tf.squeeze(inputs, [0])));
  return tf.add(z, tf.expandDims(bias, 2));
}

export function sharedInputGradient(kernel: Tensor, dz: Tensor, mask: MaskCall): Tensor {
  const shape = shapeOfKernel(kernel, dz.shape[2]!);
  const { lanes, nodes, branches } = shape;
  if (dz.size === 0) return tf.zeros([lanes, nodes * branches]);
  const dx = mask.dropped
    ? tf.sum(tf.mul(spread(dz, kernel), unitMask(shape, mask)), 0)
    : tf.matMul(swapped(kernel), swapped(dz), true);
  return tf.transpose(tf.reshape(dx, [nodes * branches, lanes]));
}

export function sharedKernelGradient(x: Tensor, dz: Tensor, mask: MaskCall): Tensor {
  const shape = shapeOfResult(x.shape[1]!, dz);
  if (x.size === 0) return tf.zeros([shape.units, shape.nodes, shape.branches]);
  const inputs = grouped(tf.transpose(x), shape);
  return mask.dropped
    ? tf.sum(tf.mul(tf.mul(inputs, unitMask(shape, mask)), tf.expandDims(dz, 2)), 3)
    : swapped(tf.matMul(swapped(dz), tf.squeeze(inputs, [0]), false, true));
}

/** Σ of dz [units, nodes, lanes] over the rows, [units, nodes]. */
export function biasGradient(dz: Tensor): Tensor {
  if (dz.size === 0) return tf.zeros(dz.shape.slice(0, 2));
  return tf.sum(dz, 2);
}

/** h where h > 0, slope · h elsewhere. */
function leaky(h: Tensor, slope: number): Tensor {
  return slope === 1 ? h : tf.add(tf.relu(h), tf.mul(tf.minimum(h, 0), slope));
}

export function ownValue(h: Tensor, kernel: Tensor, bias: Tensor, slope: number): Tensor {
  const shape = shapeOfKernel(kernel, h.shape[2]!);
  if (h.size === 0) return tf.zeros([shape.units, shape.nodes, shape.lanes]);
  const z = weightedSum(grouped(leaky(h, slope), shape), kernel);
  return tf.add(z, tf.expandDims(bias, 2));
}

export function ownInputGradient(h: Tensor, kernel: Tensor, dz: Tensor, slope: number): Tensor {
  if (h.size === 0) return tf.zerosLike(h);
  const slopes = tf.where(
    tf.greater(h, 0),
    tf.onesLike(h),
    tf.fill(h.shape as [number, number, number], slope),
  );
  return tf.mul(tf.reshape(spread(dz, kernel), h.shape), slopes);
}

export function ownKernelGradient(h: Tensor, dz: Tensor, slope: number): Tensor {
  const shape = shapeOfResult(h.shape[1]!, dz);
  if (h.size === 0) return tf.zeros([shape.units, shape.nodes, shape.branches]);
  return tf.sum(tf.mul(grouped(leaky(h, slope), shape), tf.expandDims(dz, 2)), 3);
}

/** Σ over the branches of inputs [units, nodes, branches, lanes] times a kernel [units, nodes, branches]. */
function weightedSum(inputs: Tensor, kernel: Tensor): Tensor {
  return tf.sum(tf.mul(inputs, tf.expandDims(kernel, 3)), 2);
}

/** dz [units, nodes, lanes] times each weight of its node, [units, nodes, branches, lanes]. */
function spread(dz: Tensor, kernel: Tensor): Tensor {
  return tf.mul(tf.expandDims(dz, 2), tf.expandDims(kernel, 3));
}

/** [units, nodes, n] as [nodes, units, n], or back. */
function swapped(tensor: Tensor): Tensor {
  return tf.transpose(tensor, [1, 0, 2]);
}
