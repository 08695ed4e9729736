import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';

export type Shape = (number | null)[];
export type DenseOptions = Parameters<typeof tfl.layers.dense>[0];
export type Conv2DOptions = Parameters<typeof tfl.layers.conv2d>[0];

type Class<Options> = Omit<typeof tfl.layers.Layer, 'new'> &
  (new (
    options: Options,
  ) => tfl.layers.Layer & { kernel: LayerVariable });

// The classes of stock layers are not exported. Names of their own keep the count of default names untouched.
export const Dense = /* @__PURE__ */ (() =>
  tfl.layers.dense({ units: 1, name: 'base' }).constructor)() as unknown as Class<DenseOptions>;

export const Conv2D = /* @__PURE__ */ (() =>
  tfl.layers.conv2d({ filters: 1, kernelSize: 1, name: 'base' })
    .constructor)() as unknown as Class<Conv2DOptions>;
