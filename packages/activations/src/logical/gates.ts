import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { GateCall } from './gate-call.ts';
import { gateGradient, gateValue } from './reference.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

const gradient = defineOp<{ z: Tensor; dy: Tensor }, GateCall, Tensor>({
  name: 'LogicalGatesGrad',
  reference: ({ z, dy }, call) => gateGradient(z, dy, call),
  kernels: {
    webgpu: ({ inputs: { z, dy }, attrs, backend }) => webgpu.backward(z, dy, attrs, backend),
    wasm: ({ inputs: { z, dy }, attrs, backend }) => wasm.backward(z, dy, attrs, backend),
  },
});

/** All gates of a call in one pass; the backward pass recomputes from z, which is all that is kept. */
export const gates = defineOp<{ z: Tensor }, GateCall, Tensor>({
  name: 'LogicalGates',
  reference: ({ z }, call) => gateValue(z, call),
  kernels: {
    webgpu: ({ inputs: { z }, attrs, backend }) => webgpu.forward(z, attrs, backend),
    wasm: ({ inputs: { z }, attrs, backend }) => wasm.forward(z, attrs, backend),
  },
  gradient: {
    saves: ['z'],
    of: (dy, { z }, call) => ({ z: () => gradient({ z, dy }, call) }),
  },
});
