import type { KernelBackend, NamedTensorMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What a kernel gets: the inputs by name, the attributes of the call and the active backend. */
export interface KernelCall<Inputs extends NamedTensorMap, Attributes> {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly backend: KernelBackend;
}

/** A kernel of one backend; it returns `null` to decline a call, which the reference then serves. */
export type Kernel<Inputs extends NamedTensorMap, Attributes> = (
  call: KernelCall<Inputs, Attributes>,
) => TensorInfo | TensorInfo[] | null;

/** The declaration of an op: see {@link defineOp}. */
export interface OpDefinition<Inputs extends NamedTensorMap, Attributes, Output extends Tensor | Tensor[]> {
  /** The kernel name in TensorFlow.js's registry, unique among all packages, e.g. `'Nish'`. */
  readonly name: string;
  /** Throws an `ArgumentError` for shapes, dtypes or attributes that no kernel may see. */
  readonly check?: (inputs: Inputs, attrs: Attributes) => void;
  /** A composition of tf ops that is right on every backend: it defines correctness. */
  readonly reference: (inputs: Inputs, attrs: Attributes) => Output;
  /** Kernels by backend name, each only where a measurement asked for one. */
  readonly kernels?: Readonly<Record<string, Kernel<Inputs, Attributes>>>;
  /** The gradient; leave it out for an op that is itself a gradient. */
  readonly gradient?: OpGradient<Inputs, Attributes, Output>;
}

/** The gradient of an op: what the forward pass keeps, and one thunk for each differentiable input. */
export interface OpGradient<Inputs extends NamedTensorMap, Attributes, Output extends Tensor | Tensor[]> {
  /** Names of the inputs that the backward pass reads; nothing else is kept alive. */
  readonly saves: readonly (keyof Inputs & string)[];
  /** Whether the backward pass reads the outputs too: they are then kept alive, and its last argument. Default `false`. */
  readonly savesOutputs?: boolean;
  readonly of: (
    dy: Output,
    saved: Inputs,
    attrs: Attributes,
    outputs: Tensor[],
  ) => { [Name in keyof Inputs]?: () => Tensor };
}

/** The engine keeps output i where entry i is true; an op has fewer than these. */
const ALL_OUTPUTS = [true, true, true, true, true, true, true, true];

/**
 * Declares an op once for every backend: its reference, its own kernels and its gradient, registered with
 * TensorFlow.js on the first call on each backend.
 *
 * The returned function checks its arguments, then runs the kernel of the active backend, or the reference where
 * that backend has no kernel or declines the call.
 *
 * @example
 * const square = defineOp<{ x: tf.Tensor }, object, tf.Tensor>({
 *   name: 'DocsSquare',
 *   reference: ({ x }) => tf.mul(x, x),
 *   gradient: { saves: ['x'], of: (dy, { x }) => ({ x: () => tf.mul(dy, tf.mul(x, 2)) }) },
 * });
 * square({ x: tf.tensor1d([1, 2, 3]) }, {}); // [1, 4, 9]
 */
export function defineOp<
  Inputs extends NamedTensorMap,
  Attributes extends object,
  Output extends Tensor | Tensor[],
>(definition: OpDefinition<Inputs, Attributes, Output>): (inputs: Inputs, attrs: Attributes) => Output {
  return (inputs, attrs) => {
    definition.check?.(inputs, attrs);
    // Resolves lazily initialised backends, so that the name below is the one that will run.
    tf.backend();
    register(definition, tf.getBackend());
    return tf.engine().runKernel(definition.name, inputs, attrs as unknown as tf.NamedAttrMap) as Output;
  };
}

function register<Inputs extends NamedTensorMap, Attributes, Output extends Tensor | Tensor[]>(
  definition: OpDefinition<Inputs, Attributes, Output>,
  backendName: string,
): void {
  const { name: kernelName, gradient } = definition;
  // The registries are global: asking them, and not a variable here, keeps a second copy of the package harmless.
  if (!tf.getKernel(kernelName, backendName)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: kernelFunction(definition, backendName) });
  }
  if (gradient && !tf.getGradient(kernelName)) {
    tf.registerGradient({
      kernelName,
      inputsToSave: [...gradient.saves],
      outputsToSave: gradient.savesOutputs ? ALL_OUTPUTS : [],
      gradFunc: gradientFunction(gradient),
    });
  }
}

function kernelFunction<Inputs extends NamedTensorMap, Attributes, Output extends Tensor | Tensor[]>(
  { reference, kernels }: OpDefinition<Inputs, Attributes, Output>,
  backendName: string,
): tf.KernelFunc {
  const kernel = kernels?.[backendName];
  return ({ inputs, attrs, backend }) => {
    const call = { inputs, attrs, backend } as unknown as KernelCall<Inputs, Attributes>;
    return kernel?.(call) ?? tf.tidy(() => reference(call.inputs, call.attrs));
  };
}

function gradientFunction<Inputs extends NamedTensorMap, Attributes, Output extends Tensor | Tensor[]>(
  gradient: OpGradient<Inputs, Attributes, Output>,
): tf.GradFunc {
  return (dy, saved, attrs) => {
    const byName = Object.fromEntries(gradient.saves.map((name, i) => [name, saved[i]!])) as Inputs;
    const outputs = saved.slice(gradient.saves.length);
    const thunks = gradient.of(dy as Output, byName, attrs as unknown as Attributes, outputs);
    return thunks as Record<string, () => Tensor>;
  };
}
