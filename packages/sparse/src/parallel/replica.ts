import { type Batch, countingLayers, heapFloats, wrapOptimizer } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { SparseDense } from '../layer/sparse-dense.ts';
import type { Topology } from '../pattern/topology.ts';
import { registerSparse } from '../register-sparse.ts';
import { keptShare } from './descend.ts';
import type { Parting, Result, Task } from './messages.ts';
import { setMoments } from './moments.ts';
import { Control, sizeOf } from './shared-state.ts';

/** A worker's own copy of the model, whose gradients are handed over while it trains together with others. */
export class Replica {
  private readonly collected: (tf.Tensor | null)[] = [];
  private collects = true;
  private version = -1;
  private steps: number;
  /** The topologies that the model has, in the order of the shared ones. */
  topologies: Topology[] = [];

  private constructor(
    readonly model: tfl.LayersModel,
    private readonly optimizer: tf.Optimizer,
    private readonly task: Task,
  ) {
    const wrapped = wrapOptimizer(optimizer, (gradients, apply) => {
      if (this.collects) {
        for (const { tensor } of gradients) this.collected.push(tensor && tf.keep(tf.clone(tensor)));
      } else {
        this.decay();
        apply(gradients);
      }
    });
    const { loss, metrics } = task as unknown as Pick<tfl.ModelCompileArgs, 'loss' | 'metrics'>;
    model.compile({ optimizer: wrapped, loss, metrics });
    this.steps = task.startEpoch * task.batches;
  }

  static async of(task: Task): Promise<Replica> {
    registerSparse();
    const model = await tfl.loadLayersModel(tf.io.fromMemory({ modelTopology: JSON.parse(task.topology) }));
    const { momentum, nesterov } = task.rule;
    const replica = new Replica(model, tf.train.momentum(task.learningRate, momentum, nesterov), task);
    replica.load();
    return replica;
  }

  /** Trains on a batch, and gives the loss and the metrics. */
  async train({ xs, ys }: Batch): Promise<number[]> {
    // Noise that no other worker and no other step has.
    const noiseStep = this.steps++ * this.task.workers + this.task.worker;
    for (const layer of countingLayers(this.model)) layer.noiseStep = noiseStep;
    const logs = await this.model.trainOnBatch(xs as tf.Tensor, ys as tf.Tensor);
    return [logs].flat();
  }

  /** Hands over the gradients of the last batch, by parameter, for as long as `use` takes. */
  async handOver<T>(use: (gradients: Float32Array[]) => T): Promise<T> {
    const tensors = this.collected.splice(0);
    const sizes = this.variables().map(({ size }) => size);
    const read = await Promise.all(
      tensors.map((each, i) => (each ? floatsOf(each) : new Float32Array(sizes[i]!))),
    );
    const used = use(read);
    tf.dispose(tensors.filter((each) => each !== null));
    return used;
  }

  /** Takes over the shared weights, and the topologies if they have changed. */
  load(): void {
    const { state } = this.task;
    const version = Atomics.load(state.control, Control.version);
    const values = state.parameters.map(({ weights }, i) => weights.subarray(0, sizeOf(state, i)));
    if (version !== this.version) {
      this.version = version;
      this.topologies = this.sharedTopologies();
      for (const [i, { parameter }] of state.topologies.entries()) {
        this.layer(i).rewire(this.topologies[i]!, values[parameter]!.slice());
      }
    }
    for (const [i, variable] of this.variables().entries()) setFloats(variable, values[i]!);
  }

  /** Whether the shared topologies are no longer those of the model. */
  get isStale(): boolean {
    return Atomics.load(this.task.state.control, Control.version) !== this.version;
  }

  sharedTopologies(): Topology[] {
    return this.task.state.topologies.map(({ inputs, outputs, columnPointers, rowIndices }) => {
      const pointers = columnPointers.slice();
      return {
        inputs,
        outputs,
        columnPointers: pointers,
        rowIndices: rowIndices.slice(0, pointers[outputs]),
      };
    });
  }

  /** From here on it trains by itself: from the shared model and its moments, or from those of an earlier parting. */
  goAlone({ epoch, result, livingUnits }: Parting): void {
    this.collects = false;
    this.steps = epoch * this.task.batches;
    const { parameters, topologies } = this.task.state;
    this.load();
    if (result) {
      for (const [i, { inputs, outputs, parameter }] of topologies.entries()) {
        this.layer(i).rewire(
          { inputs, outputs, ...result.topologies[i]! },
          result.weights[parameter]!.slice(),
        );
      }
      for (const [i, variable] of this.variables().entries()) setFloats(variable, result.weights[i]!);
    }
    const shared = () => parameters.map(({ moments }, i) => moments.slice(0, sizeOf(this.task.state, i)));
    setMoments(this.optimizer, this.variables(), result ? [...result.moments] : shared());
    for (const [i, living] of livingUnits.entries()) this.layer(i).livingUnits = living;
  }

  async result(): Promise<Result> {
    const read = (tensors: readonly tf.Tensor[]) =>
      Promise.all(tensors.map((each) => each.data<'float32'>()));
    const slots = (this.optimizer as unknown as { accumulations: { variable: tf.Variable }[] }).accumulations;
    return {
      weights: await read(this.variables()),
      moments: await read(slots.map(({ variable }) => variable)),
      topologies: await Promise.all(
        this.task.state.topologies.map(async (_, i) => {
          const { columnPointers, rowIndices } = this.layer(i).matrix.pattern;
          const [pointers, rows] = await Promise.all(
            [columnPointers, rowIndices].map((each) => each.data<'int32'>()),
          );
          return { columnPointers: pointers!, rowIndices: rows! };
        }),
      ),
    };
  }

  private layer(topology: number): SparseDense {
    return this.model.layers[this.task.state.topologies[topology]!.layer] as SparseDense;
  }

  private variables(): tf.Variable[] {
    return this.model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  }

  private decay(): void {
    const { learningRate, rule } = this.task;
    if (rule.weightDecay === 0) return;
    for (const variable of this.variables()) {
      tf.tidy(() => variable.assign(tf.mul(variable, keptShare(learningRate, rule.weightDecay))));
    }
  }
}

// Without copies where the engine's memory can be reached: they would be garbage, megabytes at every step.

function floatsOf(tensor: tf.Tensor): Float32Array | Promise<Float32Array> {
  return heapFloats(tensor) ?? tensor.data<'float32'>();
}

function setFloats(variable: tf.Variable, values: Float32Array): void {
  const own = heapFloats(variable);
  if (own) {
    own.set(values);
    return;
  }
  // A copy: backends may keep the array they are given.
  const value = tf.tensor(values.slice(), variable.shape);
  variable.assign(value);
  value.dispose();
}
