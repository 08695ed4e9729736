import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { channelsOf, type Shape } from '../stock-layers/input-shape.ts';
import { Dense, type DenseOptions } from '../stock-layers/stock-layers.ts';
import { buildBranches } from './build-branches.ts';
import { branchInitializers } from './interleaved.ts';
import { halved, inputShapes, type PyramidalLayerOptions, pyramidalConfig } from './pyramidal-options.ts';
import { Soma } from './soma.ts';

/** Options of {@link PyramidalDense}: its soma, and what the stock dense layer accepts except `activation`. */
export interface PyramidalDenseOptions extends PyramidalLayerOptions, Omit<DenseOptions, 'activation'> {}

/**
 * A dense layer of pyramidal neurons: a basal branch with a ReLU and an apical one with ADA, each with weights of its own,
 * summed at the soma.
 *
 *     y = relu(x·W + b) + leakyAda(x·V + d)
 *
 * One product with interleaved weights makes both sums. At equal `units` it has twice the parameters of a dense layer;
 * `matchParameters` halves the units for a fair comparison.
 *
 * Shapes: [B, …, I] in, [B, …, units] out; or two inputs [basal, apical] whose last axes may differ. Weights: `kernel`
 * [I, 2·units] and `bias` [2·units], basal and apical columns in turns, and `alphaRaw` if α is trained; with two inputs
 * `kernel` [I, units] and `apicalKernel` [J, units]. Defaults: `glorotUniform` kernels, zero biases.
 *
 * @throws ArgumentError for bad options, and on building for a shape of one axis or of unknown width.
 * @example
 * const layer = new PyramidalDense({ units: 3, alpha: 1, c: 1, inputShape: [4] });
 * tf.sequential({ layers: [layer] }).countParams(); // 30: a kernel [4, 6] and 6 biases
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229.
 */
export class PyramidalDense extends Dense {
  static className = 'PyramidalDense';
  private readonly soma: Soma;
  private readonly initializers: ReturnType<typeof branchInitializers>;
  private sums?: (inputs: Tensor[]) => Tensor;

  constructor(options: PyramidalDenseOptions) {
    const units = halved('PyramidalDense', 'units', options.units, options);
    super({ ...options, units });
    this.soma = new Soma('PyramidalDense', options);
    this.initializers = branchInitializers(
      options.kernelInitializer ?? 'glorotUniform',
      options.apicalKernelInitializer,
    );
    this.inputSpec = null as never;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = inputShapes('PyramidalDense', inputShape);
    const inputs = shapes.map((shape) => channelsOf('PyramidalDense', shape, -1, 2, true));
    const { soma, initializers, units: outputs } = this;
    const branches = { soma, initializers, inputs, outputs };
    this.sums = buildBranches(this, this.addWeight.bind(this), branches, (x, kernel, some) => {
      const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
      const products = tf.fused.matMul({ a: rows, b: kernel, ...(some && { bias: some }) });
      return tf.reshape(products, x.shape.with(-1, kernel.shape[1]!));
    });
    this.inputSpec = inputs.map((width) => ({ minNDim: 2, axes: { [-1]: width } }));
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.soma.sum(this.sums!([inputs].flat()));
    });
  }

  /** The present α; the caller disposes of it. */
  alpha(): Tensor {
    return tf.tidy(() => this.soma.alpha());
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return inputShapes('PyramidalDense', inputShape)[0]!.with(-1, this.units);
  }

  override getConfig(): serialization.ConfigDict {
    return pyramidalConfig(super.getConfig(), this.soma, this.initializers.config);
  }
}
