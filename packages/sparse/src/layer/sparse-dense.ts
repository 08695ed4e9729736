import { counterWord, type DropRate, dropRate, Random } from '@arborize/core';
import type { serialization, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { toDense } from '../conversion/to-dense.ts';
import { patternOf, type SparseMatrix } from '../pattern/sparse-pattern.ts';
import type { Topology } from '../pattern/topology.ts';
import { activatedAffine } from '../product/activated-affine.ts';
import { activation as straight } from '../product/activation.ts';
import { affine, product, swapLayout } from '../product/product.ts';
import type { Layout, Mask } from '../product/product-call.ts';
import { type BreakEven, denseFrom } from './break-even.ts';
import { connectionCount, drawTopology, GivenTensor } from './draw-topology.ts';
import { featureMajorOf, leaveFeatureMajor, prefersFeatureMajor, toFeatureMajor } from './feature-major.ts';
import { drawValues, initialLimit, type SparseInitializer } from './initial-values.ts';
import { type GradientRecorder, recordGradient } from './record-gradient.ts';
import { replaceWeight, type Weight } from './replace-weight.ts';
import {
  checkCapacity,
  checkRewiring,
  checkSparseDense,
  type SparseDenseOptions,
  slopeOf,
} from './sparse-dense-options.ts';

type Shape = (number | null)[];

/** Activations of tfjs-layers that are the same in either layout. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  ...['linear', 'relu', 'relu6', 'elu', 'selu', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh'],
  ...['swish', 'mish', 'gelu', 'gelu_new', 'leakyRelu'],
]);

/** Up to so many units, those of an output layer, follow a sparse layer by sparse products, whatever their density. */
const FEW_UNITS = 16;

/** The int32 weights that say where the connections are. */
const INDEX = ['columnPointers', 'rowIndices', 'rowPointers', 'columnIndices', 'permutation'] as const;

/**
 * A dense layer of which only some connections exist: time and memory grow with their number, not with inputs · units.
 *
 *     y = activation(x·W + bias) · m / (1 − p),   W zero except at the connections, m dropout's mask in training
 *
 * Shapes: [B, …, inputs] in, [B, …, units] out. Weights: `values` [connections] and `bias` [units] are trained by any
 * optimiser; five int32 weights hold the topology, which callbacks such as {@link setEvolution} change. Where so many
 * connections are asked for that a dense product is faster (see {@link calibrateSparse}), one is used. On WASM, layers in a
 * row keep activations feature-major, if no other layer comes between: let an output layer of few units be one of them, of
 * `density: 1`. Linear layers, ReLU and `'leakyRelu'` of any slope, with dropout, cost next to nothing there.
 *
 * @throws ArgumentError for bad options, and on building if more connections are asked for than there are positions.
 * @example
 * const layer = new SparseDense({ units: 1000, epsilon: 20, seed: 1, inputShape: [784] });
 * tf.sequential({ layers: [layer] });
 * layer.connections; // about 20·1784 = 35680 of 784000
 * @see Mocanu et al., arXiv 1707.04780; Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732.
 */
export class SparseDense extends tfl.layers.Layer {
  static className = 'SparseDense';
  readonly units: number;
  readonly kernelInitializer: SparseInitializer;
  readonly trainableTopology: boolean;
  /** From which densities the dense product is used; see {@link calibrateSparse}. */
  breakEven: BreakEven | undefined;
  /** While set, training steps hand it the input and the gradient of x·W + bias. */
  recorder: GradientRecorder | null = null;
  /** The units that importance pruning has left, rising; `null` before any was pruned. Growth keeps to them. */
  livingUnits: Int32Array | null = null;
  /** How often the topology has changed. */
  topologyVersion = 0;
  /**
   * How many dropout masks were drawn. The next one depends on the seed and on this number alone; checkpoints keep it, and
   * setting it goes on where another training was.
   */
  noiseStep = 0;
  private readonly options: SparseDenseOptions;
  /** The slope of the activation below 0, if it is one of two straight lines that is the identity above. */
  private readonly slope: number | null;
  private readonly activation: { apply(x: Tensor): Tensor };
  private readonly rate: DropRate;
  private readonly drawn: number;
  private inputs = 0;
  private values!: Weight;
  private bias: Weight | null = null;
  private index!: Record<(typeof INDEX)[number], Weight>;

  constructor(options: SparseDenseOptions) {
    checkSparseDense(options);
    super(options);
    this.options = options;
    this.units = options.units;
    this.kernelInitializer = options.kernelInitializer ?? 'sparseHe';
    this.trainableTopology = options.trainableTopology ?? true;
    this.breakEven = options.breakEven;
    if (options.livingUnits) this.livingUnits = Int32Array.from(options.livingUnits);
    this.drawn = options.seed ?? Math.floor(2 ** 31 * Math.random());
    this.rate = dropRate('SparseDense', 'options.dropout', options.dropout ?? 0);
    this.slope = slopeOf(options);
    // A layer with a name of its own, so as not to use up a default name.
    const named = {
      activation: (this.slope === null ? options.activation : 'linear') as 'linear',
      name: 'inner',
    };
    const activation = tfl.layers.activation(named);
    this.activation = (activation as unknown as { activation: { apply(x: Tensor): Tensor } }).activation;
    this.inputSpec = [{ minNDim: 2 }];
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const { units, options } = this;
    const inputs = shape.at(-1)!;
    checkCapacity(options, inputs);
    this.inputs = inputs;
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }];
    const random = new Random(this.drawn);
    // Drawn only if used: loading a model brings its own numbers.
    let topology: Topology | undefined;
    const drawn = () => {
      topology ??= drawTopology(inputs, options, random.fork(1));
      return topology;
    };
    let pattern: ReturnType<typeof patternOf> | undefined;
    const size = connectionCount(options) ?? drawn().rowIndices.length;
    const limit = initialLimit(this.kernelInitializer, inputs, units, size);
    const weight = (name: string, shape: number[], dtype: 'float32' | 'int32', make: () => Tensor) => {
      const given = new GivenTensor(make);
      const added = this.addWeight(name, shape, dtype, given, undefined, dtype === 'float32');
      given.dispose();
      return added;
    };
    this.values = weight('values', [size], 'float32', () =>
      tf.tensor1d(drawValues(size, limit, random.fork(2))),
    );
    if (options.useBias ?? true) this.bias = weight('bias', [units], 'float32', () => tf.zeros([units]));
    const sizes = { columnPointers: units + 1, rowPointers: inputs + 1 } as Record<string, number>;
    const entries = INDEX.map((name) => {
      const make = () => {
        pattern ??= patternOf(drawn());
        return tf.clone(pattern[name]);
      };
      return [name, weight(name, [sizes[name] ?? size], 'int32', make)];
    });
    this.index = Object.fromEntries(entries);
    if (pattern) tf.dispose(pattern as unknown as tf.NamedTensorMap);
    super.build(inputShape);
  }

  /** The weights as a sparse matrix; its tensors are the layer's own. */
  get matrix(): SparseMatrix {
    const index = Object.fromEntries(INDEX.map((name) => [name, this.index[name].read() as Tensor1D]));
    return {
      pattern: {
        shape: [this.inputs, this.units],
        size: this.connections,
        ...(index as Record<(typeof INDEX)[number], Tensor1D>),
      },
      values: this.values.read(),
    };
  }

  /** The number of connections. */
  get connections(): number {
    return this.values.shape[0]!;
  }

  /** The number of connections that there could be: inputs · units. */
  get positions(): number {
    return this.inputs * this.units;
  }

  /** The share of the positions that are connected. */
  get density(): number {
    return this.connections / this.positions;
  }

  /** The limit of first values for this layer as it is now. */
  get initialLimit(): number {
    return initialLimit(this.kernelInitializer, this.inputs, this.units, this.connections);
  }

  /** The name under which optimisers know the values. */
  get valuesVariable(): tf.Variable {
    return this.values.read() as tf.Variable;
  }

  /** The bias [units], or `null` for a layer without. */
  get biasVariable(): tf.Variable | null {
    return (this.bias?.read() as tf.Variable | undefined) ?? null;
  }

  /** What follows x·W + bias, as a function, without dropout. */
  activate(z: Tensor): Tensor {
    return this.finish(z, 'batchMajor', null);
  }

  /**
   * Replaces all connections; `values` in the order of the topology. Optimisers are not told.
   *
   * @throws ArgumentError if the topology is not one of this layer's inputs and units, or is out of order or range.
   */
  rewire(topology: Topology, values: Float32Array): void {
    checkRewiring(this, topology, values);
    const pattern = patternOf(topology);
    for (const name of INDEX) replaceWeight(this.index[name], pattern[name]);
    replaceWeight(this.values, tf.tensor1d(values));
    this.topologyVersion++;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const recorder = kwargs.training ? this.recorder : null;
    const staysFeatureMajor = !recorder && this.staysFeatureMajor(x);
    const mask = kwargs.training ? this.nextMask() : null;
    const [y, form] = tf.tidy((): [Tensor, Tensor?] => {
      this.invokeCallHook(inputs, kwargs);
      if (staysFeatureMajor) {
        const features = toFeatureMajor(x);
        if (!this.isElementwise) {
          const z = swapLayout({ x: this.multiply(features, 'featureMajor') }, {});
          return [this.finish(z, 'batchMajor', mask)];
        }
        const form = this.activated(features, 'featureMajor', mask);
        return [swapLayout({ x: form }, { onDemand: this.feedsSparse() }), form];
      }
      const flat = x.rank === 2 ? x : tf.reshape(x, [-1, this.inputs]);
      const y = recorder
        ? this.finish(recordGradient(flat, this.multiply(flat, 'batchMajor'), recorder), 'batchMajor', mask)
        : this.activated(flat, 'batchMajor', mask);
      return [x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), this.units])];
    });
    if (form) leaveFeatureMajor(y, form);
    return y;
  }

  /** Whether a neighbour saves the transposes that a product with feature-major activations costs a layer on its own. */
  private staysFeatureMajor(x: Tensor): boolean {
    if (x.rank !== 2 || !prefersFeatureMajor(x.shape[0]!) || this.isDenseFor(x)) return false;
    return featureMajorOf(x) !== null || (this.isElementwise && this.feedsSparse());
  }

  /** Whether the activation is the same in either layout. */
  private get isElementwise(): boolean {
    const { activation = 'linear' } = this.options;
    return ELEMENTWISE.has(activation as string);
  }

  private feedsSparse(): boolean {
    const nodes = this.outboundNodes as unknown as { readonly outboundLayer: tfl.layers.Layer }[];
    return nodes.some(({ outboundLayer }) => outboundLayer instanceof SparseDense);
  }

  private isDenseFor(x: Tensor): boolean {
    // Dense products compute eight columns or more, and want the batch first.
    if (this.units <= FEW_UNITS && featureMajorOf(x)) return false;
    return this.density > denseFrom(x.shape[0]!, this.breakEven);
  }

  private nextMask(): Mask | null {
    return this.rate.dropped > 0
      ? { ...this.rate, seed: counterWord(this.drawn, this.noiseStep++, 0) }
      : null;
  }

  /** The activation of x·W + bias, and dropout. */
  private activated(x: Tensor, layout: Layout, mask: Mask | null): Tensor {
    const { bias, slope } = this;
    const changes = slope !== 1 || mask !== null;
    if (!bias || slope === null || !changes || (layout === 'batchMajor' && this.isDenseFor(x))) {
      return this.finish(this.multiply(x, layout), layout, mask);
    }
    const { pattern, values } = this.matrix;
    return activatedAffine({ x, values, bias: bias.read() }, { pattern, layout, slope, mask });
  }

  /** x·W + bias. */
  private multiply(x: Tensor, layout: Layout): Tensor {
    const { matrix, bias } = this;
    if (layout === 'batchMajor' && this.isDenseFor(x)) {
      const y = tf.matMul(x, toDense(matrix));
      return bias ? tf.add(y, bias.read()) : y;
    }
    const { pattern, values } = matrix;
    const call = { pattern, transposed: false, layout } as const;
    return bias ? affine({ x, values, bias: bias.read() }, call) : product({ x, values }, call);
  }

  /** The activation, and dropout. */
  private finish(z: Tensor, layout: Layout, mask: Mask | null): Tensor {
    const { slope } = this;
    return slope === null
      ? straight(this.activation.apply(z), { layout, slope: 1, mask })
      : straight(z, { layout, slope, mask });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    return [...shape.slice(0, -1), this.units];
  }

  override getConfig(): serialization.ConfigDict {
    const {
      epsilon,
      density,
      fanIn,
      activation,
      negativeSlope,
      useBias = true,
      dropout,
      seed,
    } = this.options;
    const connections = this.built ? this.connections : this.options.connections;
    const name = activation as string | { getClassName(): string } | undefined;
    return {
      ...super.getConfig(),
      units: this.units,
      ...Object.fromEntries(
        Object.entries({ epsilon, density, fanIn, connections, negativeSlope, dropout, seed }).filter(
          ([, value]) => value != null,
        ),
      ),
      activation: name == null || typeof name === 'string' ? (name ?? 'linear') : name.getClassName(),
      useBias,
      kernelInitializer: this.kernelInitializer,
      trainableTopology: this.trainableTopology,
      ...(this.livingUnits && { livingUnits: [...this.livingUnits] }),
    } as serialization.ConfigDict;
  }
}
