import { StockConv2D, type StockConvOptions } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  checkLayerOptions,
  gatedShape,
  type LogicalLayerOptions,
  layerConfig,
  planWidth,
} from './layer-options.ts';
import { applyLogical, type LogicalOptions } from './logical-activation.ts';

type Shape = (number | null)[];

/** Options of {@link LogicalConv2D}: its gates, and what the stock convolution accepts except `activation`. */
export interface LogicalConv2DOptions extends LogicalLayerOptions, Omit<StockConvOptions, 'activation'> {
  /** The output channels, after the gates; rounded up to a multiple of the number of gates, with a warning. */
  readonly filters: number;
}

/**
 * A convolution followed by logical gates over its channels, planned from the output channels: `filters` outputs take
 * a kernel with filters·k/m filters for m duplicated gates, filters·k for a partition.
 *
 * Shapes: [B, H, W, I] in, [B, H′, W′, filters] out, or channels first by `dataFormat`. Weights: `kernel`
 * [kernelHeight, kernelWidth, I, C], `bias` [C]. The default initialiser of the kernel is `leCunNormal`.
 *
 * @throws ArgumentError for bad options.
 * @example
 * const layer = new LogicalConv2D({ filters: 16, kernelSize: 3, inputShape: [28, 28, 1] });
 * tf.sequential({ layers: [layer] }).outputs[0].shape; // [null, 26, 26, 16]
 * @see Lowe et al., "Logical Activation Functions", NeurIPS 2022, arXiv 2110.11940.
 */
export class LogicalConv2D extends StockConv2D {
  static className = 'LogicalConv2D';
  private readonly gates: Required<LogicalOptions>;
  private readonly width: number;

  constructor(options: LogicalConv2DOptions) {
    const gates = checkLayerOptions(
      'LogicalConv2D',
      options,
      options.dataFormat === 'channelsFirst' ? 1 : -1,
    );
    const { width, preActivations } = planWidth('LogicalConv2D', 'filters', options.filters, gates);
    super({ kernelInitializer: 'leCunNormal', ...options, filters: preActivations });
    this.gates = gates;
    this.width = width;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => applyLogical('LogicalConv2D', super.call(inputs, kwargs) as Tensor, this.gates));
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return gatedShape('LogicalConv2D', super.computeOutputShape(inputShape) as Shape, this.gates);
  }

  override getConfig(): serialization.ConfigDict {
    const { activation, ...config } = super.getConfig();
    return { ...config, ...layerConfig(this.gates), filters: this.width };
  }
}
