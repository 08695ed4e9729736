import { defineOp, wasmModule } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { wasm } from './patches.as.generated.ts';
import { gatherPatches, scatterPatches } from './patches-reference.ts';
import { patchSize, type Window } from './window.ts';

interface Exports {
  gather(images: number, patches: number, ...geometryThenOutside: number[]): void;
  scatter(images: number, patches: number, ...geometry: number[]): void;
}

const module = wasmModule<Exports>(wasm);

function geometry(batch: number, { input, output, size, strides, dilations, before }: Window): number[] {
  return [batch, ...input, ...output, ...size, ...strides, ...dilations, ...before];
}

/** Images [N, H, W, C] to patches [N·H′·W′, size·C]. */
export const patchesOf = defineOp<{ x: Tensor }, { window: Window; outside: number }, Tensor>({
  name: 'DacPatches',
  reference: ({ x }, { window, outside }) => gatherPatches(x, window, outside),
  kernels: {
    wasm: ({ inputs: { x }, attrs: { window, outside }, backend }) => {
      const kernels = module.on(backend);
      if (!kernels) return null;
      const { address, exports, output } = kernels;
      const batch = x.shape[0]!;
      const patches = output([batch * window.output[0] * window.output[1], patchSize(window)]);
      exports.gather(address(x), address(patches), ...geometry(batch, window), outside);
      return patches;
    },
  },
});

/** The adjoint of {@link patchesOf}. */
export const imagesOf = defineOp<{ patches: Tensor }, { window: Window }, Tensor>({
  name: 'DacImages',
  reference: ({ patches }, { window }) => scatterPatches(patches, window),
  kernels: {
    wasm: ({ inputs: { patches }, attrs: { window }, backend }) => {
      const kernels = module.on(backend);
      if (!kernels) return null;
      const { address, exports, output } = kernels;
      const batch = patches.shape[0]! / (window.output[0] * window.output[1]);
      const x = output([batch, ...window.input]);
      exports.scatter(address(x), address(patches), ...geometry(batch, window));
      return x;
    },
  },
});
