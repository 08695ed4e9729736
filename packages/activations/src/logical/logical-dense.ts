import { StockDense, type StockDenseOptions } from '@arborize/core';
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

/** Options of {@link LogicalDense}: its gates, and what the stock dense layer accepts except `activation`. */
export interface LogicalDenseOptions extends LogicalLayerOptions, Omit<StockDenseOptions, 'activation'> {
  /** The output width, after the gates; rounded up to a multiple of the number of gates, with a warning. */
  readonly units: number;
}

/**
 * A dense layer followed by logical gates, planned from the output width: `units` outputs take a kernel with
 * units·k/m columns for m duplicated gates, units·k for a partition.
 *
 * Shapes: [B, …, I] in, [B, …, units] out. Weights: `kernel` [I, C], `bias` [C]. The default initialiser of the
 * kernel is `leCunNormal`, which keeps pre-activations at the unit variance that normalized gates are made for.
 *
 * @throws ArgumentError for bad options.
 * @example
 * const layer = new LogicalDense({ units: 48, ops: ['and', 'or', 'xnor'], inputShape: [8] });
 * tf.sequential({ layers: [layer] }).countParams(); // 288: a kernel [8, 32] and 32 biases
 * @see Lowe et al., "Logical Activation Functions", NeurIPS 2022, arXiv 2110.11940.
 */
export class LogicalDense extends StockDense {
  static className = 'LogicalDense';
  private readonly gates: Required<LogicalOptions>;
  private readonly width: number;

  constructor(options: LogicalDenseOptions) {
    const gates = checkLayerOptions('LogicalDense', options, -1);
    const { width, preActivations } = planWidth('LogicalDense', 'units', options.units, gates);
    super({ kernelInitializer: 'leCunNormal', ...options, units: preActivations });
    this.gates = gates;
    this.width = width;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => applyLogical('LogicalDense', super.call(inputs, kwargs) as Tensor, this.gates));
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return gatedShape('LogicalDense', super.computeOutputShape(inputShape) as Shape, this.gates);
  }

  override getConfig(): serialization.ConfigDict {
    const { activation, ...config } = super.getConfig();
    return { ...config, ...layerConfig(this.gates), units: this.width };
  }
}
