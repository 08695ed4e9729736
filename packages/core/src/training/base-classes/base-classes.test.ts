import '@tensorflow/tfjs-backend-cpu';
import {
  add,
  fill,
  minimum,
  type Scalar,
  serialization,
  square,
  sum,
  type Tensor,
  tensor2d,
  train,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { cloneThroughSave } from '../clone-through-save/clone-through-save.ts';
import { constrained } from '../constraints/constrained.ts';
import { Activation, Constraint, Initializer, Regularizer } from './base-classes.ts';

class AtMost extends Constraint {
  static className = 'AtMost';
  private readonly limit: number;
  constructor({ limit }: { limit: number }) {
    super();
    this.limit = limit;
  }
  apply(w: Tensor): Tensor {
    return minimum(w, this.limit);
  }
  override getConfig() {
    return { limit: this.limit };
  }
}

class Twos extends Initializer {
  static className = 'Twos';
  apply(shape: number[]): Tensor {
    return fill(shape, 2);
  }
}

class SumOfSquares extends Regularizer {
  static className = 'SumOfSquares';
  apply(w: Tensor): Scalar {
    return sum(square(w));
  }
}

class PlusOne extends Activation {
  static className = 'plusOne';
  apply(x: Tensor): Tensor {
    return add(x, 1);
  }
}

const xs = tensor2d([[1, 1]]);

function everything() {
  return sequential({
    layers: [
      layers.dense({
        units: 1,
        inputShape: [2],
        activation: new PlusOne() as never,
        kernelInitializer: new Twos(),
        kernelRegularizer: new SumOfSquares(),
        kernelConstraint: new AtMost({ limit: 1.5 }),
      }),
    ],
  });
}

async function trainOnce(model: LayersModel) {
  model.compile({ optimizer: constrained(train.sgd(0.01), model), loss: 'meanSquaredError' });
  return model.trainOnBatch(xs, tensor2d([[5]]));
}

describe('base classes', () => {
  beforeAll(() => {
    for (const cls of [AtMost, Twos, SumOfSquares, PlusOne]) serialization.registerClass(cls as never);
  });

  it('take no default layer name away at import', () => {
    expect(layers.activation({ activation: 'linear' }).name).toBe('activation_Activation1');
  });

  it('closed form: a Dense takes instances of all four, and each does its work', async () => {
    const model = everything();
    expect(await (model.predict(xs) as Tensor).data()).toEqual(Float32Array.of(5)); // 2 + 2, plus one
    const loss = await trainOnce(model);
    expect(loss).toBe(8); // the penalty 2² + 2² alone
    expect([...(await model.getWeights()[0]!.data())]).toEqual([1.5, 1.5]);
  });

  it('serialises: all four survive saving and loading, with their options', async () => {
    const model = everything();
    await trainOnce(model);
    const copy = await cloneThroughSave(model);
    expect(await (copy.predict(xs) as Tensor).data()).toEqual(await (model.predict(xs) as Tensor).data());
    expect(copy.layers[0]!.getConfig()).toMatchObject({
      activation: 'plusOne',
      kernelInitializer: { className: 'Twos' },
      kernelRegularizer: { className: 'SumOfSquares' },
      kernelConstraint: { className: 'AtMost', config: { limit: 1.5 } },
    });
  });
});
