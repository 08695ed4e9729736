import * as tf from '@tensorflow/tfjs-core';

const repaired = new WeakSet<tf.GradConfig>();

/**
 * The stock gradient, repaired for statistics along another axis than the last: the stock one adds nothing up there, and
 * fails. Returns its argument if it is repaired already.
 */
export function fusedBatchNormGradient(stock: tf.GradConfig): tf.GradConfig {
  if (repaired.has(stock)) return stock;
  const gradient: tf.GradConfig = {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x, mean] = saved as [tf.Tensor, tf.Tensor];
      const along = mean.rank === 1 || tf.util.arraysEqual(mean.shape, x.shape);
      return along ? stock.gradFunc(dy, saved, attrs) : alongAnyAxis(dy as tf.Tensor, saved, attrs);
    },
  };
  repaired.add(gradient);
  return gradient;
}

function alongAnyAxis(
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attrs: tf.NamedAttrMap,
): Record<string, () => tf.Tensor> {
  const { varianceEpsilon } = attrs as unknown as tf.FusedBatchNormAttrs;
  const [x, mean, variance, scale = tf.scalar(1)] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
  const inverse = tf.rsqrt(tf.add(variance, varianceEpsilon));
  const total = (values: tf.Tensor) =>
    tf.reshape(tf.sum(values, tf.broadcast_util.getReductionAxes(mean.shape, x.shape)), mean.shape);
  const dNormal = () => tf.mul(dy, scale);
  const normal = () => tf.mul(tf.sub(x, mean), inverse);
  return {
    x: () => tf.mul(dNormal(), inverse),
    mean: () => tf.neg(total(tf.mul(dNormal(), inverse))),
    variance: () => tf.mul(-0.5, total(tf.mul(tf.mul(dNormal(), normal()), tf.square(inverse)))),
    scale: () => total(tf.mul(dy, normal())),
    offset: () => total(dy),
  };
}
