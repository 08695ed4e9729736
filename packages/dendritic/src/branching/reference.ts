import { keepMask } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LevelShape, type MaskCall, shapeOfKernel, shapeOfResult } from './level-shape.ts';

type D3 = [number, number, number];

/** [units, nodes, branches] → [nodes, branches, units]. */
function unitsLast(kernel: Tensor): Tensor {
  return tf.transpose(kernel, [1, 2, 0]);
}

/** x [rows, nodes · branches] → [nodes, rows, branches]. */
function byNode(x: Tensor, { rows, nodes, branches }: LevelShape): Tensor {
  return tf.transpose(tf.reshape(x, [rows, nodes, branches]), [1, 0, 2]);
}

/** The mask of every unit's inputs, [rows, nodes, branches, units]. */
function unitMask({ rows, nodes, branches, units }: LevelShape, mask: MaskCall): Tensor {
  const values = keepMask(mask.seed, rows, nodes * branches * units, mask);
  return tf.tensor4d(values, [rows, nodes, branches, units]);
}

/** What every unit sees of x, [rows, nodes, branches, units]. */
function masked(x: Tensor, shape: LevelShape, mask: MaskCall): Tensor {
  const inputs = tf.reshape(x, [shape.rows, shape.nodes, shape.branches, 1]);
  return tf.mul(inputs, unitMask(shape, mask));
}

export function sharedValue(x: Tensor, kernel: Tensor, bias: Tensor, mask: MaskCall): Tensor {
  const shape = shapeOfKernel(x, kernel);
  if (x.size === 0) return tf.zeros([shape.rows, shape.nodes, shape.units]);
  const w = unitsLast(kernel);
  const z = mask.dropped
    ? tf.sum(tf.mul(masked(x, shape, mask), w), 2)
    : tf.transpose(tf.matMul(byNode(x, shape), w), [1, 0, 2]);
  return tf.add(z, tf.transpose(bias));
}

export function sharedInputGradient(kernel: Tensor, dz: Tensor, mask: MaskCall): Tensor {
  const shape = shapeOfKernel(dz, kernel);
  const { rows, nodes, branches, units } = shape;
  if (dz.size === 0) return tf.zeros([rows, nodes * branches]);
  const w = unitsLast(kernel);
  const dx = mask.dropped
    ? tf.sum(tf.mul(tf.mul(tf.reshape(dz, [rows, nodes, 1, units]), w), unitMask(shape, mask)), 3)
    : tf.transpose(tf.matMul(tf.transpose(dz, [1, 0, 2]), w, false, true), [1, 0, 2]);
  return tf.reshape(dx, [rows, nodes * branches]);
}

export function sharedKernelGradient(x: Tensor, dz: Tensor, mask: MaskCall): Tensor {
  const shape = shapeOfResult(x, dz);
  const { rows, nodes, branches, units } = shape;
  if (x.size === 0) return tf.zeros([units, nodes, branches]);
  const dw = mask.dropped
    ? tf.sum(tf.mul(masked(x, shape, mask), tf.reshape(dz, [rows, nodes, 1, units])), 0)
    : tf.matMul(byNode(x, shape), tf.transpose(dz, [1, 0, 2]), true);
  return tf.transpose(dw, [2, 0, 1]);
}

/** Σ of dz [rows, nodes, units] over the rows, [units, nodes]. */
export function biasGradient(dz: Tensor): Tensor {
  if (dz.size === 0) return tf.zeros([dz.shape[2]!, dz.shape[1]!]);
  return tf.transpose(tf.sum(dz, 0));
}

/** h where h > 0, slope · h elsewhere. */
export function leaky(h: Tensor, slope: number): Tensor {
  return slope === 1 ? h : tf.add(tf.relu(h), tf.mul(tf.minimum(h, 0), slope));
}

export function ownValue(h: Tensor, kernel: Tensor, bias: Tensor, slope: number): Tensor {
  const shape = shapeOfKernel(h, kernel);
  if (h.size === 0) return tf.zeros([shape.rows, shape.nodes, shape.units]);
  const z = tf.sum(tf.mul(grouped(leaky(h, slope), shape), unitsLast(kernel)), 2);
  return tf.add(z, tf.transpose(bias));
}

export function ownInputGradient(h: Tensor, kernel: Tensor, dz: Tensor, slope: number): Tensor {
  const { rows, nodes, units } = shapeOfKernel(h, kernel);
  if (h.size === 0) return tf.zerosLike(h);
  const dh = tf.mul(tf.reshape(dz, [rows, nodes, 1, units]), unitsLast(kernel));
  const slopes = tf.where(tf.greater(h, 0), tf.onesLike(h), tf.fill(h.shape as D3, slope));
  return tf.mul(tf.reshape(dh, h.shape as D3), slopes);
}

export function ownKernelGradient(h: Tensor, dz: Tensor, slope: number): Tensor {
  const shape = shapeOfResult(h, dz);
  const { rows, nodes, branches, units } = shape;
  if (h.size === 0) return tf.zeros([units, nodes, branches]);
  const dzByInput = tf.reshape(dz, [rows, nodes, 1, units]);
  return tf.transpose(tf.sum(tf.mul(grouped(leaky(h, slope), shape), dzByInput), 0), [2, 0, 1]);
}

function grouped(h: Tensor, { rows, nodes, branches, units }: LevelShape): Tensor {
  return tf.reshape(h, [rows, nodes, branches, units]);
}
