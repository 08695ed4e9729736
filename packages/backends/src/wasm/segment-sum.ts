import { wasmModule } from '@arborize/core';
import { type UnsortedSegmentSumAttrs, util } from '@tensorflow/tfjs-core';
import { provideKernel } from './provide-kernel.ts';
import { wasm } from './segment-sum.as.generated.ts';

type SumRows = (x: number, ids: number, rows: number, width: number, y: number, segments: number) => void;

const segmentModule = wasmModule<{ segmentSum: SumRows; segmentSumOfIntegers: SumRows }>(wasm);

/** What Embedding and gather need for training. */
export function provideSegmentSum(): void {
  provideKernel<'x' | 'segmentIds', UnsortedSegmentSumAttrs>(
    'UnsortedSegmentSum',
    ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs;
      const { exports, address, output } = segmentModule.on(backend)!;
      const integers = x.dtype === 'int32';
      const rest = x.shape.slice(segmentIds.shape.length);
      const y = output([attrs.numSegments, ...rest], integers ? 'int32' : 'float32');
      const sum = integers ? exports.segmentSumOfIntegers : exports.segmentSum;
      const [rows, width] = [util.sizeFromShape(segmentIds.shape), util.sizeFromShape(rest)];
      sum(address(x), address(segmentIds), rows, width, address(y), attrs.numSegments);
      return y;
    },
  );
}
