import type { Random } from '@arborize/core';
import * as tfl from '@tensorflow/tfjs-layers';

type Symbolic = tfl.SymbolicTensor;

/**
 * The ordinary residual network for small images of He et al. (arXiv 1512.03385, section 4.2) with a projection where the
 * number of channels changes.
 */
export function resNet(options: {
  /** 6·n + 2 */
  readonly depth: number;
  readonly width: number;
  readonly classes: number;
  readonly inputShape: readonly number[];
  readonly random: Random;
}): tfl.LayersModel {
  const { depth, width, classes, inputShape, random } = options;
  const apply = (layer: tfl.layers.Layer, x: Symbolic | Symbolic[]) => layer.apply(x) as Symbolic;
  const relu = (x: Symbolic) => apply(tfl.layers.reLU(), x);
  const convolve = (x: Symbolic, filters: number, kernelSize: number, strides: number) => {
    const kernelInitializer = tfl.initializers.heNormal({ seed: random.uint32() });
    const args = {
      filters,
      kernelSize,
      strides,
      padding: 'same' as const,
      useBias: false,
      kernelInitializer,
    };
    return apply(tfl.layers.batchNormalization({ momentum: 0.9 }), apply(tfl.layers.conv2d(args), x));
  };
  const images = tfl.input({ shape: [...inputShape] });
  let x = relu(convolve(images, width, 3, 1));
  for (const [stage, filters] of [width, 2 * width, 4 * width].entries()) {
    for (let block = 0; block < (depth - 2) / 6; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const path = convolve(relu(convolve(x, filters, 3, strides)), filters, 3, 1);
      const shortcut = strides === 1 ? x : convolve(x, filters, 1, strides);
      x = relu(apply(tfl.layers.add(), [path, shortcut]));
    }
  }
  const classifier = tfl.layers.dense({
    units: classes,
    activation: 'softmax',
    kernelInitializer: tfl.initializers.glorotUniform({ seed: random.uint32() }),
  });
  const pooled = apply(tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }), x);
  return tfl.model({ inputs: images, outputs: apply(classifier, pooled) });
}
