import type { serialization } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type StockOptions = Parameters<typeof tfl.layers.dense>[0];

/** What layers built on the stock dense layer take over from it. */
export type DenseBaseOptions = Omit<StockOptions, 'activation' | 'units'>;

/** The parts that the stock dense layer resolves from its options. */
interface StockDense {
  kernelInitializer: Parameters<tfl.layers.Layer['addWeight']>[3];
  biasInitializer: Parameters<tfl.layers.Layer['addWeight']>[3];
  kernelRegularizer: Parameters<tfl.layers.Layer['addWeight']>[4];
  biasRegularizer: Parameters<tfl.layers.Layer['addWeight']>[4];
  kernelConstraint: Parameters<tfl.layers.Layer['addWeight']>[6];
  biasConstraint: Parameters<tfl.layers.Layer['addWeight']>[6];
}

// The class of the stock layer is not exported. A name of its own keeps the count of default names untouched.
const Dense = /* @__PURE__ */ (() =>
  tfl.layers.dense({ units: 1, name: 'base' }).constructor)() as typeof tfl.layers.Layer &
  (new (
    options: StockOptions,
  ) => tfl.layers.Layer);

/** The stock dense layer's options, initialisers, regularizers and config, without its kernel. */
export abstract class DenseBase extends Dense {
  /** Adds a weight with what the options say of kernels. */
  protected addKernel(name: string, shape: number[]): tfl.LayerVariable {
    const { kernelInitializer, kernelRegularizer, kernelConstraint } = this as unknown as StockDense;
    return this.addWeight(
      name,
      shape,
      'float32',
      kernelInitializer,
      kernelRegularizer,
      true,
      kernelConstraint,
    );
  }

  /** Adds a weight with what the options say of biases. */
  protected addBias(name: string, shape: number[]): tfl.LayerVariable {
    const { biasInitializer, biasRegularizer, biasConstraint } = this as unknown as StockDense;
    return this.addWeight(name, shape, 'float32', biasInitializer, biasRegularizer, true, biasConstraint);
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
