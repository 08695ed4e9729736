import { ArgumentError, Random } from '@arborize/core';
import * as tfl from '@tensorflow/tfjs-layers';
import { DACConv2D } from './dac-conv-2d-layer.ts';

/** Options of {@link dacResNet}. */
export interface DacResNetOptions {
  /** Layers with weights along the way, 6·n + 2 for n blocks in each of three stages: 8, 14, 20, … Default 20. */
  readonly depth?: number;
  /** Channels of the first stage; the second and the third have twice and four times as many. Default 16. */
  readonly width?: number;
  /** Number of classes. */
  readonly classes: number;
  /** Height, width and channels of the images. Default [32, 32, 3]. */
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  /** Groups of biases, a divisor of `width`; `null`, the default, is a bias for every pair of channels. */
  readonly biasGroups?: number | null;
  /** Seed of the kernels; left out, each model is another. */
  readonly seed?: number;
}

/**
 * The residual network for small images of He et al. with a bias for every pair of channels: a linear convolution, three
 * stages of blocks (DAC convolution, normalisation, DAC convolution, normalisation, plus the raw input), then an ordinary
 * ReLU, global average pooling and a dense layer with a softmax. No ReLU follows a sum: the next block's connections have
 * theirs.
 *
 * @throws ArgumentError if `depth` is not 6·n + 2.
 * @example
 * dacResNet({ depth: 20, classes: 10 }).outputs[0].shape; // [null, 10]
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 * @see He et al., "Deep residual learning for image recognition", arXiv 1512.03385, section 4.2.
 */
export function dacResNet(options: DacResNetOptions): tfl.LayersModel {
  const { depth = 20, width = 16, classes, inputShape = [32, 32, 3], biasGroups = null, seed } = options;
  const blocks = (depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw new ArgumentError({
      where: 'dacResNet',
      argument: 'options.depth',
      got: depth,
      expected: '6·n + 2 for n ≥ 1 blocks in each stage',
      remedy: 'Take 8, 14, 20, 32, 44 or 56.',
    });
  }
  const random = seed === undefined ? undefined : new Random(seed);
  const seeded = () => (random ? { seed: random.uint32() } : {});
  const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor | tfl.SymbolicTensor[]) =>
    layer.apply(x) as tfl.SymbolicTensor;
  // Its shift says no more than the biases that follow, but tfjs-layers cannot train it without one.
  const norm = (x: tfl.SymbolicTensor) => apply(tfl.layers.batchNormalization({ momentum: 0.9 }), x);
  const connect = (x: tfl.SymbolicTensor, filters: number, kernelSize: number, strides: number) =>
    norm(
      apply(
        new DACConv2D({
          filters,
          kernelSize,
          strides,
          padding: 'same',
          biasGroups,
          kernelInitializer: tfl.initializers.heNormal(seeded()),
        }),
        x,
      ),
    );
  const images = tfl.input({ shape: [...inputShape] });
  const stem = tfl.layers.conv2d({
    filters: width,
    kernelSize: 3,
    padding: 'same',
    useBias: false,
    kernelInitializer: tfl.initializers.heNormal(seeded()),
  });
  let x = norm(apply(stem, images));
  for (const [stage, filters] of [width, 2 * width, 4 * width].entries()) {
    for (let block = 0; block < blocks; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const path = connect(connect(x, filters, 3, strides), filters, 3, 1);
      const shortcut = strides === 1 ? x : connect(x, filters, 1, strides);
      x = apply(tfl.layers.add(), [path, shortcut]);
    }
  }
  const open = apply(tfl.layers.reLU(), x);
  const pooled = apply(tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }), open);
  const classifier = tfl.layers.dense({
    units: classes,
    activation: 'softmax',
    kernelInitializer: tfl.initializers.glorotUniform(seeded()),
  });
  return tfl.model({ inputs: images, outputs: apply(classifier, pooled) });
}
