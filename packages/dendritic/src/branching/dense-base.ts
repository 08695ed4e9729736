import type { serialization } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { Dense, type DenseOptions } from '../stock-layers/stock-layers.ts';
import { stockWeights } from '../stock-layers/stock-weights.ts';

/** What layers built on the stock dense layer take over from it. */
export type DenseBaseOptions = Omit<DenseOptions, 'activation' | 'units'>;

/** The stock dense layer's options, initialisers, regularizers and config, without its kernel. */
export abstract class DenseBase extends Dense {
  /** Adds a weight with what the options say of kernels. */
  protected addKernel(name: string, shape: number[]): LayerVariable {
    return stockWeights(this, this.addWeight.bind(this)).kernel(shape, { name });
  }

  /** Adds a weight with what the options say of biases. */
  protected addBias(name: string, shape: number[]): LayerVariable {
    return stockWeights(this, this.addWeight.bind(this)).bias(shape, name);
  }

  /** Ends `build`: from now on the last axis of the input must have this size. */
  protected expectInputs(inputs: number): void {
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }] as unknown as typeof this.inputSpec;
    this.built = true;
  }

  override getConfig(): serialization.ConfigDict {
    const { activation, ...config } = super.getConfig();
    return config;
  }
}
