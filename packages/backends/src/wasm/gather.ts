import { wasmModule } from '@arborize/core';
import { backend_util, type GatherV2Attrs, type Tensor, util } from '@tensorflow/tfjs-core';
import { wasm } from './gather.as.generated.ts';
import { provideKernel } from './provide-kernel.ts';

interface Gather {
  inRange(indices: number, count: number, size: number): boolean;
  gather(
    ...call: [
      ...addresses: [x: number, indices: number, y: number],
      ...sizes: [batch: number, outer: number, size: number, count: number, bytes: number],
    ]
  ): void;
}

const gatherModule = wasmModule<Gather>(wasm);

const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1 };

/**
 * Rows are copied whole. The stock kernel finds the place of each number anew, which `fit` waits for at each batch, and is
 * wrong for booleans in batches.
 */
export function provideGather(): void {
  provideKernel<'x' | 'indices', GatherV2Attrs>('GatherV2', ({ inputs, attrs, backend, stock }) => {
    const { x, indices } = inputs;
    const [axis] = util.parseAxisParam(attrs.axis, x.shape) as [number];
    const { exports, address, addresses, output } = gatherModule.on(backend)!;
    const all = util.sizeFromShape(indices.shape);
    const size = x.shape[axis]!;
    const bytes = BYTES[x.dtype];
    // The stock kernel names the index that is out of range.
    if (!bytes || indices.dtype !== 'int32' || !exports.inRange(address(indices), all, size)) return stock();
    const { batchSize, outerSize, sliceSize, outputShape } =
      backend_util.segment_util.collectGatherOpShapeInfo(
        x as Tensor,
        indices as Tensor,
        axis,
        attrs.batchDims,
      );
    const y = output(outputShape, x.dtype as 'float32');
    const sizes = [batchSize, outerSize, size, all / Math.max(1, batchSize), bytes * sliceSize] as const;
    exports.gather(...addresses(x, indices, y), ...sizes);
    return y;
  });
}
