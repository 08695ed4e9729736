import { wasmModule } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { wasm } from './optimizer.as.generated.ts';
import { LINE } from './threads/spans.ts';

type Kernels = Record<'adam' | 'descend' | 'descendWithMomentum', (...call: number[]) => void>;

const optimizerModule = wasmModule<Kernels>(wasm);

/** What updating a weight costs, in floating-point operations of products that take as long: it waits for memory. */
const OPERATIONS = 64;

type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];
type Slot = readonly { readonly variable: tf.Variable }[];

/** What a fused pass knows of an optimiser: its state, which TensorFlow.js does not declare public. */
interface Rule<State> {
  readonly kernel: keyof Kernels;
  slots(state: State): readonly Slot[];
  /** The arguments behind those of weights, gradient, result, count and slots. */
  rest(address: (tensor: tf.Tensor) => number, state: State): readonly number[];
}

interface Adam {
  readonly accumulatedFirstMoment: Slot;
  readonly accumulatedSecondMoment: Slot;
  readonly accBeta1: tf.Tensor;
  readonly accBeta2: tf.Tensor;
  readonly beta1: number;
  readonly beta2: number;
  readonly learningRate: number;
  readonly epsilon: number;
}

const adam: Rule<Adam> = {
  kernel: 'adam',
  slots: (state) => [state.accumulatedFirstMoment, state.accumulatedSecondMoment],
  rest(address, { accBeta1, accBeta2, beta1, beta2, learningRate, epsilon }) {
    const decays = [beta1, 1 - beta1, beta2, 1 - beta2];
    return [address(accBeta1), address(accBeta2), ...decays, -learningRate, epsilon];
  },
};

interface Descent {
  /** Minus the learning rate. */
  readonly c: tf.Tensor;
}

const descent: Rule<Descent> = {
  kernel: 'descend',
  slots: () => [],
  rest: (address, { c }) => [address(c)],
};

interface Momentum extends Descent {
  readonly accumulations: Slot;
  readonly m: tf.Tensor;
  readonly useNesterov: boolean;
}

const momentum: Rule<Momentum> = {
  kernel: 'descendWithMomentum',
  slots: (state) => [state.accumulations],
  rest: (address, { c, m, useNesterov }) => [address(m), address(c), Number(useNesterov)],
};

/**
 * Lets the Adam, momentum and SGD optimisers of TensorFlow.js update each variable in one pass while the WASM backend is
 * active. Weights, slots, their names and what is saved stay the same; on other backends nothing changes.
 */
export function fuseOptimizers(): void {
  fuse(tf.AdamOptimizer, adam);
  fuse(tf.MomentumOptimizer, momentum);
  fuse(tf.SGDOptimizer, descent);
}

const fused = new WeakSet<object>();

type Step = tf.Optimizer['applyGradients'];

function fuse<State>({ prototype }: { readonly prototype: tf.Optimizer }, rule: Rule<State>): void {
  if (fused.has(prototype)) return;
  fused.add(prototype);
  const stock = prototype.applyGradients;
  /** The whole step, of weights of which a share is kept; `false` if it cannot be made here, and nothing has changed. */
  function decayed(this: tf.Optimizer, gradients: Gradients, kept?: readonly number[]): boolean {
    const kernels = tf.getBackend() === 'wasm' && optimizerModule.on(tf.backend());
    if (!kernels) return false;
    const list = toList(gradients);
    const slots = rule.slots(this as State);
    // The stock step makes the slots, and new ones of those whose numbers somebody else holds.
    if (!list.every((entry, i) => isReady(entry, i, slots))) return false;
    const rest = rule.rest(kernels.address, this as State);
    for (const [i, { variable, gradient }] of list.entries()) {
      if (!gradient) continue;
      const { size } = variable;
      // A tensor of its own: stock convolutions know the filters that they have packed by the id of their data.
      const y = kernels.output(variable.shape);
      const values = [variable, gradient, y].map(kernels.address);
      const held = slots.map((slot) => kernels.address(slot[i]!.variable));
      const share = kept?.[i] ?? 1;
      kernels.inParts(rule.kernel, Math.ceil(size / LINE), OPERATIONS * size, (line, lines) => {
        const first = LINE * line;
        const from = (address: number) => address + 4 * first;
        return [...values.map(from), Math.min(LINE * lines, size - first), share, ...held.map(from), ...rest];
      });
      assign(variable, y);
    }
    // What is left to do: the stock step skips variables without a gradient.
    stock.call(this, list.map(({ variable: { name } }) => ({ name, tensor: null })) as unknown as Gradients);
    return true;
  }
  const step: Step = function (this: tf.Optimizer, gradients) {
    if (!decayed.call(this, gradients)) stock.call(this, gradients);
  };
  // Where `decoupledWeightDecay` looks for it.
  prototype.applyGradients = Object.assign(step, { decayed });
}

function assign(variable: tf.Variable, value: tf.TensorInfo): void {
  const tensor = tf.engine().makeTensorFromTensorInfo(value);
  variable.assign(tensor);
  tensor.dispose();
}

interface Entry {
  readonly variable: tf.Variable;
  readonly gradient: tf.Tensor | null | undefined;
}

function toList(gradients: Gradients): Entry[] {
  const variables = tf.engine().registeredVariables;
  return Array.isArray(gradients)
    ? gradients.map(({ name, tensor }) => ({ variable: variables[name]!, gradient: tensor }))
    : Object.entries(gradients).map(([name, gradient]) => ({ variable: variables[name]!, gradient }));
}

/** The sizes agree, and the slots are nobody else's, so that they may change in place. */
function isReady({ variable, gradient }: Entry, i: number, slots: readonly Slot[]): boolean {
  if (!gradient) return true;
  const same = ({ size, dtype }: tf.Tensor) => size === variable.size && dtype === 'float32';
  return (
    same(variable) &&
    same(gradient) &&
    slots.every((slot) => {
      const held = slot[i]?.variable;
      return held && same(held) && tf.backend().refCount(held.dataId) === 1;
    })
  );
}
