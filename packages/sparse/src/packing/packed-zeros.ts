import { ArgumentError } from '@arborize/core';
import { io } from '@tensorflow/tfjs-core';
import { packWeights, unpackWeights, type Weights } from './pack-weights.ts';

/**
 * A place for models whose weights are mostly 0, as pruned ones are: of each float32 weight it keeps one bit for each number and
 * the numbers that are not 0, N/8 + 4·nnz instead of 4·N bytes, where that is less. What is loaded has the same bits.
 *
 * Everything else of the model, names and layers, stays as it is, so that no code of this package is needed but to load. Any
 * place of TensorFlow.js will do: files, HTTP, IndexedDB, a handler of your own.
 *
 * @param place A URL that `model.save` or `loadLayersModel` takes, or a handler.
 * @throws ArgumentError for a URL that nothing answers to; when loading, for data that are cut off or damaged.
 * @example
 * await model.save(packedZeros('indexeddb://pruned')); // 10 % of the weights left: an eighth of the size
 * const copy = await tf.loadLayersModel(packedZeros('indexeddb://pruned'));
 */
export function packedZeros(place: string | io.IOHandler): io.IOHandler {
  return {
    async save(artifacts) {
      const handler = handlerOf(place, 'save', io.getSaveHandlers);
      return handler.save!(changed(artifacts, packWeights));
    },
    async load() {
      const handler = handlerOf(place, 'load', io.getLoadHandlers);
      return changed(await handler.load!(), unpackWeights);
    },
  };
}

function handlerOf(
  place: string | io.IOHandler,
  what: 'save' | 'load',
  find: (url: string) => io.IOHandler[],
): io.IOHandler {
  const handler = typeof place === 'string' ? find(place)[0] : place;
  if (handler?.[what]) return handler;
  const expected = `a URL or a handler that can ${what}`;
  throw new ArgumentError({ where: 'packedZeros', argument: 'place', got: place, expected });
}

function changed(artifacts: io.ModelArtifacts, change: (weights: Weights) => Weights): io.ModelArtifacts {
  const { weightSpecs, weightData } = artifacts;
  if (!weightSpecs || !weightData) return artifacts;
  const { specs, bytes } = change({
    specs: weightSpecs,
    bytes: new Uint8Array(io.CompositeArrayBuffer.join(weightData)),
  });
  return { ...artifacts, weightSpecs: [...specs], weightData: bytes.buffer as ArrayBuffer };
}
