export type { ConnectionOptions } from './dac/connect.ts';
export { type Convolution1DOptions, dacConv1d } from './dac/dac-conv-1d.ts';
export { type ConvolutionOptions, dacConv2d } from './dac/dac-conv-2d.ts';
export { dacMatMul } from './dac/dac-mat-mul.ts';
export type { InnerActivation } from './dac/inner-activations.ts';
export { registerDendritic } from './register-dendritic.ts';
