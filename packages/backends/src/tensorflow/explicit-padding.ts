import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type ConvolutionAttributes, convolutionInfo } from '../empty-convolutions.ts';
import { replaceKernel } from '../replace-kernel.ts';

interface Attributes extends ConvolutionAttributes {
  readonly inputShape: number[];
  readonly filterShape: number[];
}

/** tfjs-node takes explicit padding forwards only: the gradients are those over an image that is padded before. */
export function repairExplicitPadding(): void {
  for (const depthwise of [false, true]) {
    const kernel = depthwise ? 'DepthwiseConv2dNativeBackprop' : 'Conv2DBackprop';
    replaceKernel('tensorflow', `${kernel}Filter`, (stock) => (call) => {
      const { x } = call.inputs as { x: tf.Tensor };
      const attrs = call.attrs as unknown as Attributes;
      const padding = explicitPadding(x.shape, attrs.filterShape, attrs, depthwise);
      if (!padding) return stock!(call);
      return tf.tidy(() => {
        const padded = tf.pad(x, padding);
        const inputs = { ...call.inputs, x: padded };
        return stock!({ ...call, inputs, attrs: { ...call.attrs, pad: 'valid' } }) as tf.Tensor;
      });
    });
    replaceKernel('tensorflow', `${kernel}Input`, (stock) => (call) => {
      const { filter } = call.inputs as { filter: TensorInfo };
      const attrs = call.attrs as unknown as Attributes;
      const padding = explicitPadding(attrs.inputShape, filter.shape, attrs, depthwise);
      if (!padding) return stock!(call);
      return tf.tidy(() => {
        const inputShape = attrs.inputShape.map((size, axis) => size + padding[axis]![0] + padding[axis]![1]);
        const dx = stock!({ ...call, attrs: { ...call.attrs, inputShape, pad: 'valid' } }) as tf.Tensor;
        return tf.slice(
          dx,
          padding.map(([before]) => before),
          attrs.inputShape,
        );
      });
    });
  }
}

/** Before and behind each axis, or `undefined` where TensorFlow knows the padding by name. */
function explicitPadding(
  input: readonly number[],
  filter: readonly number[],
  attributes: ConvolutionAttributes,
  depthwise: boolean,
): [number, number][] | undefined {
  const { padInfo, dataFormat } = convolutionInfo(input, filter, attributes, depthwise);
  if (padInfo.type === 'SAME' || padInfo.type === 'VALID') return undefined;
  const { top, bottom, left, right } = padInfo;
  const image: [number, number][] = [
    [top, bottom],
    [left, right],
  ];
  return dataFormat === 'channelsLast' ? [[0, 0], ...image, [0, 0]] : [[0, 0], [0, 0], ...image];
}
