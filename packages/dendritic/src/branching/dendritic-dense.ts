import { counterWord } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { arrangeInputs, type InputOrder, resolveOrder } from './arrange-inputs.ts';
import { dendriticTree } from './dendritic-tree.ts';
import { DenseBase, type DenseBaseOptions } from './dense-base.ts';
import { checkDenseOptions } from './dense-options.ts';
import { namedActivation } from './named-activation.ts';
import { type BranchingOptions, resolveBranching } from './resolve-branching.ts';
import { TreeHeNormal } from './tree-he-normal.ts';
import { inputsPerUnit, treeSizes } from './tree-sizes.ts';

/** Options of {@link DendriticDense}, besides what the stock dense layer takes: regularizers, constraints, `name`, … */
export interface DendriticDenseOptions extends BranchingOptions, DenseBaseOptions {
  /** Number of trees, each giving one output. */
  readonly units: number;
  /** Whether all units see all inputs; else [..., units · I] holds each unit's own side by side. Default `true`. */
  readonly sharedInput?: boolean;
  /** Probability in [0, 1) with which an input is dropped in training. Default 0.1. */
  readonly inputDropout?: number;
  /** One dropout mask for all units: cheaper. Default `false`, one for each. */
  readonly dropoutSharedAcrossUnits?: boolean;
  /** φ of the nodes: `'leakyRelu'` (default), or any activation that tfjs-layers knows, registered ones included. */
  readonly activation?: string;
  /** Slope of `'leakyRelu'` below 0. Default 0.1. */
  readonly negativeSlope?: number;
  /** φ of the soma: `'same'` (default), or any activation, e.g. `'linear'`. */
  readonly somaActivation?: string;
  /** Trees for each unit over the same inputs, joined by one root with a weight for each tree. Default 1. */
  readonly repeats?: number;
  /**
   * `'natural'` (default); `'random'`, another order for each repeat; or a permutation: input `inputOrder[i]` goes to place
   * i. A saved model has the order itself.
   */
  readonly inputOrder?: InputOrder;
  /** Integer from which initial weights, order and masks are drawn; `null` (default) for others each time. */
  readonly seed?: number | null;
}

type Shape = (number | null)[];

/**
 * A layer of dendritic trees ({@link dendriticTree}) in place of a dense layer: non-linear in its inputs at nearly the same
 * number of weights.
 *
 * Shapes: [B, …, I] in, [B, …, units] out. Weights on level l: `kernel_l` [units, n_l, b_l] and `bias_l` [units, n_l]; nothing
 * else is stored. Kernels start from `treeHeNormal`, biases from 0. Outputs are raw soma values: as a classifier's last
 * layer it gives logits.
 *
 * @throws ArgumentError for options out of range, and on building where the branching does not fit the inputs.
 * @example
 * const layer = new DendriticDense({ units: 10, inputShape: [784], branching: [28, 28] });
 * tf.sequential({ layers: [layer] }).countParams(); // 8410, where a dense layer has 7850
 * @see Han, Gorobets and Chen, "Parameter efficient dendritic-tree neurons outperform perceptrons", arXiv 2207.00708.
 */
export class DendriticDense extends DenseBase {
  static className = 'DendriticDense';
  private readonly options: ReturnType<typeof checkDenseOptions>;
  private readonly activate: ReturnType<typeof namedActivation>;
  private readonly activateSoma: ReturnType<typeof namedActivation> | 'same';
  private readonly drawn: number;
  private kernels: tfl.LayerVariable[] = [];
  private biases: tfl.LayerVariable[] = [];
  private levels: number[] | null = null;
  private order: readonly number[] | null = null;
  /**
   * How many dropout masks were drawn. The next one depends on the seed and on this number alone: set it to go on with a
   * training where another process left it.
   */
  noiseStep = 0;

  constructor(options: DendriticDenseOptions) {
    const checked = checkDenseOptions(options);
    const { activation, somaActivation, kernelInitializer, ...rest } = options;
    const standard = kernelInitializer === undefined || kernelInitializer === 'treeHeNormal';
    super({
      ...rest,
      kernelInitializer: standard ? new TreeHeNormal({ seed: checked.seed }) : kernelInitializer,
    });
    this.options = checked;
    this.drawn = checked.seed ?? Math.floor(Math.random() * 2 ** 31);
    this.activate = namedActivation(checked.activation);
    this.activateSoma = checked.somaActivation === 'same' ? 'same' : namedActivation(checked.somaActivation);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const { units, useBias, repeats, inputOrder } = this.options;
    const inputs = inputsPerUnit(shape, this.options);
    this.levels = resolveBranching('DendriticDense', this.options, inputs);
    this.order = resolveOrder('DendriticDense', inputOrder, inputs, repeats, this.drawn);
    for (const [i, { nodes, branches }] of treeSizes(this.levels, repeats).entries()) {
      const level = i + 1;
      this.kernels.push(this.addKernel(`kernel_${level}`, [units, nodes, branches]));
      if (useBias) this.biases.push(this.addBias(`bias_${level}`, [units, nodes]));
    }
    this.expectInputs(shape.at(-1)!);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const { useBias, inputDropout, dropoutSharedAcrossUnits, negativeSlope } = this.options;
      const training = Boolean(kwargs.training) && inputDropout > 0;
      return dendriticTree(
        this.arranged(x),
        this.kernels.map((kernel) => kernel.read()),
        useBias ? this.biases.map((bias) => bias.read()) : null,
        {
          activation: this.activate,
          somaActivation: this.activateSoma,
          negativeSlope,
          dropoutRate: inputDropout,
          dropoutSharedAcrossUnits,
          training,
          seed: training ? counterWord(this.drawn, this.noiseStep++, 0) : 0,
        },
      );
    });
  }

  /** The inputs of every tree in their order, padded and repeated. */
  private arranged(x: Tensor): Tensor {
    const { sharedInput, repeats, units } = this.options;
    const padded = this.levels!.reduce((a, b) => a * b, 1);
    const width = x.shape.at(-1)!;
    const inputs = sharedInput ? width : width / units;
    if (!this.order && repeats === 1 && padded === inputs) return x;
    const arranged = arrangeInputs(tf.reshape(x, [x.size / inputs, inputs]), this.order, repeats, padded);
    return tf.reshape(arranged, [...x.shape.slice(0, -1), (width / inputs) * repeats * padded]);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    return [...shape.slice(0, -1), this.options.units];
  }

  override getConfig(): serialization.ConfigDict {
    const { branching, inputOrder, depth, ...options } = this.options;
    const given = typeof branching === 'object' ? [...branching] : branching;
    const order = this.order ?? (typeof inputOrder === 'object' ? [...inputOrder] : inputOrder);
    return {
      ...super.getConfig(),
      ...options,
      branching: this.levels ?? given,
      depth: this.levels ? this.levels.length : depth,
      inputOrder: typeof order === 'string' ? order : [...order],
    };
  }
}
