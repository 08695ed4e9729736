import { type WasmKernels, wasmModule } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { wasm } from './optimizer.as.generated.ts';

type Pass = [weights: number, gradient: number, result: number, count: number];

interface Kernels {
  adam(
    ...call: [
      ...Pass,
      ...slots: [first: number, second: number],
      ...powers: [beta1: number, beta2: number],
      ...decays: [beta1: number, rest1: number, beta2: number, rest2: number],
      rate: number,
      epsilon: number,
    ]
  ): void;
  descend(...call: [...Pass, rate: number]): void;
  descendWithMomentum(
    ...call: [...Pass, slot: number, momentum: number, rate: number, nesterov: boolean]
  ): void;
}

const optimizerModule = wasmModule<Kernels>(wasm);

type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];
type Slot = readonly { readonly variable: tf.Variable }[];

/** What a fused pass knows of an optimiser: its state, which TensorFlow.js does not declare public. */
interface Rule<State> {
  slots(state: State): readonly Slot[];
  run(kernels: WasmKernels<Kernels>, state: State, pass: Pass, slots: readonly number[]): void;
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
  slots: (state) => [state.accumulatedFirstMoment, state.accumulatedSecondMoment],
  run({ exports, address }, state, pass, [first, second]) {
    const { beta1, beta2, learningRate, epsilon } = state;
    const [power1, power2] = [address(state.accBeta1), address(state.accBeta2)];
    const decays = [beta1, 1 - beta1, beta2, 1 - beta2] as const;
    exports.adam(...pass, first!, second!, power1, power2, ...decays, -learningRate, epsilon);
  },
};

interface Descent {
  /** Minus the learning rate. */
  readonly c: tf.Tensor;
}

const descent: Rule<Descent> = {
  slots: () => [],
  run: ({ exports, address }, { c }, pass) => exports.descend(...pass, address(c)),
};

interface Momentum extends Descent {
  readonly accumulations: Slot;
  readonly m: tf.Tensor;
  readonly useNesterov: boolean;
}

const momentum: Rule<Momentum> = {
  slots: (state) => [state.accumulations],
  run({ exports, address }, { c, m, useNesterov }, pass, [slot]) {
    exports.descendWithMomentum(...pass, slot!, address(m), address(c), useNesterov);
  },
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

function fuse<State>({ prototype }: { readonly prototype: tf.Optimizer }, rule: Rule<State>): void {
  if (fused.has(prototype)) return;
  fused.add(prototype);
  const stock = prototype.applyGradients;
  prototype.applyGradients = function (gradients) {
    const list = toList(gradients);
    const slots = rule.slots(this as State);
    const kernels = tf.getBackend() === 'wasm' && optimizerModule.on(tf.backend());
    // The stock step makes the slots, and new ones of those whose numbers somebody else holds.
    if (!kernels || !list.every((entry, i) => isReady(entry, i, slots))) return stock.call(this, gradients);
    for (const [i, { variable, gradient }] of list.entries()) {
      if (!gradient) continue;
      const value = tf.tidy(() => {
        const y = kernels.output(variable.shape);
        const [w, g, to] = [variable, gradient, y].map(kernels.address) as [number, number, number];
        const at = slots.map((slot) => kernels.address(slot[i]!.variable));
        rule.run(kernels, this as State, [w, g, to, variable.size], at);
        return tf.engine().makeTensorFromTensorInfo(y);
      });
      variable.assign(value);
      value.dispose();
    }
    // What is left to do: the stock step skips variables without a gradient.
    stock.call(this, list.map(({ variable: { name } }) => ({ name, tensor: null })) as unknown as Gradients);
  };
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
