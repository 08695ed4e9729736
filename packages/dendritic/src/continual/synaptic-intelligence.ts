import { ArgumentError, wrapOptimizer } from '@arborize/core';
import type { Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { decodeFloats, encodeFloats } from './encode-floats.ts';

/** Options of {@link SynapticIntelligence}. */
export interface SynapticIntelligenceOptions {
  /** Strength c ≥ 0 of the penalty. Default 0.1. */
  readonly c?: number;
  /** ξ > 0, which keeps importances finite. Default 0.1. */
  readonly damping?: number;
  /** Which variables are protected, by name. Default all but those of dendritic segments. */
  readonly filter?: (name: string) => boolean;
  /** The first task, counted from 0, that is trained with the penalty. Default 1: the second. */
  readonly startTask?: number;
  /** Whether contributions are counted by the gradient of the `'task'` loss (default) or of the `'total'` one. */
  readonly omegaGrad?: 'task' | 'total';
}

/** What is known of one variable. */
interface Path {
  /** ω: contribution to the fall of the loss in this task. */
  contribution: Tensor;
  /** Ω: importance for earlier tasks. */
  importance: Tensor;
  /** θ*: the value after the last task. */
  anchor: Tensor;
}

const FIELDS = ['contribution', 'importance', 'anchor'] as const;

/**
 * Protects weights by their part in what was learned: synaptic intelligence, around any optimiser.
 *
 *     each step    ω ← ω − ∂L/∂θ · Δθ
 *     after a task Ω ← Ω + max(ω, 0) / ((θ − θ*)² + ξ),   θ* ← θ,   ω ← 0
 *     later tasks  L + c·Σ Ω(θ − θ*)²
 *
 * The penalty acts through its gradient: losses that `fit` reports are those of the task. Use one optimiser for all
 * tasks (`keepOptimizer` of {@link ContinualTrainer}).
 *
 * @throws ArgumentError for an option out of range.
 * @example
 * const protection = new SynapticIntelligence({ c: 0.1 });
 * model.compile({ optimizer: protection.wrap(tf.train.adam(5e-4)), loss: 'categoricalCrossentropy' });
 * await model.fit(xsOfFirstTask, ysOfFirstTask);
 * protection.endTask();
 * await model.fit(xsOfSecondTask, ysOfSecondTask);
 * @see Zenke, Poole and Ganguli, "Continual Learning Through Synaptic Intelligence", arXiv 1703.04200, eq. 3 to 5.
 */
export class SynapticIntelligence {
  private readonly options: Required<SynapticIntelligenceOptions>;
  private readonly paths = new Map<Variable, Path>();
  private restored: Record<(typeof FIELDS)[number], string>[] | null = null;
  private task = 0;

  constructor(options: SynapticIntelligenceOptions = {}) {
    this.options = {
      c: 0.1,
      damping: 0.1,
      filter: (name) => !name.includes('segment'),
      startTask: 1,
      omegaGrad: 'task',
      ...options,
    };
    const { c, damping } = this.options;
    const where = 'SynapticIntelligence';
    if (!(c >= 0))
      throw new ArgumentError({ where, argument: 'options.c', got: c, expected: 'a number ≥ 0' });
    if (damping > 0) return;
    throw new ArgumentError({
      where,
      argument: 'options.damping',
      got: damping,
      expected: 'a number above 0',
    });
  }

  /** The optimiser with the penalty, counting contributions; it shares all state with the given one. */
  wrap<O extends Optimizer>(optimizer: O): O {
    return wrapOptimizer(optimizer, (gradients, apply) => {
      const kept = gradients.filter(({ name, tensor }) => tensor && this.options.filter(name));
      tf.tidy(() => {
        const before = kept.map(({ name, tensor }) => {
          const variable = tf.engine().registeredVariables[name]!;
          const path = this.pathOf(variable);
          const total = this.penalizes() ? tf.add(tensor!, this.slope(variable, path)) : tensor!;
          return { variable, path, task: tensor!, total, value: tf.clone(variable as Tensor) };
        });
        const totals = new Map(kept.map(({ name }, i) => [name, before[i]!.total]));
        apply(gradients.map(({ name, tensor }) => ({ name, tensor: totals.get(name) ?? tensor })));
        for (const { variable, path, task, total, value } of before) {
          const gradient = this.options.omegaGrad === 'task' ? task : total;
          const gain = tf.mul(gradient, tf.sub(variable as Tensor, value));
          replace(path, 'contribution', tf.sub(path.contribution, gain));
        }
      });
    });
  }

  /** Call it after each task: what contributed becomes important, and the weights as they are the anchor. */
  endTask(): void {
    this.task++;
    for (const [variable, path] of this.paths) {
      tf.tidy(() => {
        const moved = tf.square(tf.sub(variable as Tensor, path.anchor));
        const gain = tf.div(tf.maximum(path.contribution, 0), tf.add(moved, this.options.damping));
        replace(path, 'importance', tf.add(path.importance, gain));
        replace(path, 'anchor', tf.clone(variable as Tensor));
        replace(path, 'contribution', tf.zerosLike(path.contribution));
      });
    }
  }

  /** c·Σ Ω(θ − θ*)², whether or not it acts yet; the caller disposes of it. */
  penalty(): Scalar {
    return tf.tidy(() => {
      const parts = [...this.paths].map(([variable, { importance, anchor }]) =>
        tf.sum(tf.mul(importance, tf.square(tf.sub(variable as Tensor, anchor)))),
      );
      return tf.mul(parts.length > 0 ? tf.addN(parts) : tf.scalar(0), this.options.c) as Scalar;
    });
  }

  /** Importances by the name of their variable, not to be disposed. */
  get importances(): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.paths].map(([variable, { importance }]) => [variable.name, importance]),
    );
  }

  /** All that `restore` needs, as JSON. */
  async state(): Promise<unknown> {
    const paths = await Promise.all(
      [...this.paths.values()].map(async (path) => {
        const texts = FIELDS.map(async (field) => [
          field,
          encodeFloats((await path[field].data()) as Float32Array),
        ]);
        return Object.fromEntries(await Promise.all(texts));
      }),
    );
    return { task: this.task, paths };
  }

  /** Goes on from a state, for variables that come in the same order as before. */
  restore(state: unknown): void {
    const { task, paths } = state as { task: number; paths: NonNullable<SynapticIntelligence['restored']> };
    this.dispose();
    this.task = task;
    this.restored = paths;
  }

  /** Forgets everything and frees it. */
  dispose(): void {
    for (const path of this.paths.values()) tf.dispose(FIELDS.map((field) => path[field]));
    this.paths.clear();
  }

  private penalizes(): boolean {
    return this.task >= Math.max(1, this.options.startTask);
  }

  /** 2c·Ω(θ − θ*). */
  private slope(variable: Variable, { importance, anchor }: Path): Tensor {
    return tf.mul(tf.mul(importance, tf.sub(variable as Tensor, anchor)), 2 * this.options.c);
  }

  private pathOf(variable: Variable): Path {
    const known = this.paths.get(variable);
    if (known) return known;
    const saved = this.restored?.[this.paths.size];
    const shape = variable.shape as tf.ShapeMap[tf.Rank];
    const first = (field: (typeof FIELDS)[number], value: () => Tensor) =>
      tf.keep(saved ? tf.tensor(decodeFloats(saved[field]), shape) : value());
    const path: Path = {
      contribution: first('contribution', () => tf.zerosLike(variable as Tensor)),
      importance: first('importance', () => tf.zerosLike(variable as Tensor)),
      anchor: first('anchor', () => tf.clone(variable as Tensor)),
    };
    this.paths.set(variable, path);
    return path;
  }
}

function replace(path: Path, field: keyof Path, value: Tensor): void {
  path[field].dispose();
  path[field] = tf.keep(value);
}
