import type { DataType, Scalar, serialization, Tensor } from '@tensorflow/tfjs-core';
import { constraints, initializers, layers, regularizers } from '@tensorflow/tfjs-layers';

// tfjs-layers accepts instances of its own base classes only, and exports none of them; they are the parents of
// classes whose instances it does hand out. The layer has a name of its own so as not to use up a default name.
const HiddenConstraint = /* @__PURE__ */ parentOf(/* @__PURE__ */ constraints.nonNeg());
const HiddenInitializer = /* @__PURE__ */ parentOf(/* @__PURE__ */ initializers.zeros());
const HiddenRegularizer = /* @__PURE__ */ parentOf(/* @__PURE__ */ regularizers.l2());
const HiddenActivation = /* @__PURE__ */ parentOf(/* @__PURE__ */ linear());

/**
 * The base of a weight constraint that can be given to a layer as an instance.
 *
 * A subclass needs `apply`, `getConfig` if it has options, a `static className`, and
 * `tf.serialization.registerClass` if models with it are to be loaded. The constructor gets the config.
 *
 * @example
 * class Halve extends Constraint {
 *   static className = 'Halve';
 *   apply(w) {
 *     return tf.mul(w, 0.5);
 *   }
 * }
 * tf.layers.dense({ units: 3, kernelConstraint: new Halve() });
 */
export abstract class Constraint extends HiddenConstraint {
  /** The projection of a weight onto the allowed set; same shape. */
  abstract apply(w: Tensor): Tensor;

  /** Options from which the constructor makes an equal object. */
  override getConfig(): serialization.ConfigDict {
    return {};
  }
}

/**
 * The base of a weight initialiser that can be given to a layer as an instance; subclass as for {@link Constraint}.
 *
 * @example
 * class Twos extends Initializer {
 *   static className = 'Twos';
 *   apply(shape) {
 *     return tf.fill(shape, 2);
 *   }
 * }
 * tf.layers.dense({ units: 3, kernelInitializer: new Twos() });
 */
export abstract class Initializer extends HiddenInitializer {
  /** The first value of a weight. */
  abstract apply(shape: (number | null)[], dtype?: DataType): Tensor;

  /** Part of the interface of tfjs-layers. */
  fromConfigUsesCustomObjects(): boolean {
    return false;
  }

  /** Options from which the constructor makes an equal object. */
  override getConfig(): serialization.ConfigDict {
    return {};
  }
}

/**
 * The base of a weight regulariser that can be given to a layer as an instance; subclass as for {@link Constraint}.
 *
 * @example
 * class Quartic extends Regularizer {
 *   static className = 'Quartic';
 *   apply(w) {
 *     return tf.sum(tf.pow(w, 4));
 *   }
 * }
 * tf.layers.dense({ units: 3, kernelRegularizer: new Quartic() });
 */
export abstract class Regularizer extends HiddenRegularizer {
  /** The penalty that is added to the loss. */
  abstract apply(w: Tensor): Scalar;

  /** Options from which the constructor makes an equal object. */
  override getConfig(): serialization.ConfigDict {
    return {};
  }
}

/**
 * The base of an activation without parameters that can be given to a layer as an instance or, once registered, by its
 * `className`. A model is saved with the class name only, so an activation with parameters must be a layer.
 *
 * @example
 * class Cube extends Activation {
 *   static className = 'cube';
 *   apply(x) {
 *     return tf.mul(x, tf.square(x));
 *   }
 * }
 * tf.serialization.registerClass(Cube);
 * tf.layers.dense({ units: 3, activation: 'cube' });
 */
export abstract class Activation extends HiddenActivation {
  /** The activation of each element; same shape. */
  abstract apply(x: Tensor): Tensor;

  override getConfig(): serialization.ConfigDict {
    return {};
  }
}

function linear(): object {
  const layer = layers.activation({ activation: 'linear', name: 'arborize' });
  return (layer as unknown as { activation: object }).activation;
}

function parentOf(instance: object): typeof serialization.Serializable {
  return Object.getPrototypeOf(instance.constructor);
}
