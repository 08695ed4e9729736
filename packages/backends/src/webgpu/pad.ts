import { runFlatProgram } from '@arborize/core';
import type { KernelBackend, PadV2Attrs, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';

/** The stock shader does not compile beyond this rank, which gradients of slices reach. */
const MOST_STOCK_AXES = 4;

export function repairPad(): void {
  replaceKernel('webgpu', 'PadV2', (stock) => (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    if (x.shape.length <= MOST_STOCK_AXES) return stock!(call);
    const { paddings, constantValue } = call.attrs as unknown as PadV2Attrs;
    const axes = [...x.shape.keys()];
    return runFlatProgram(call.backend as KernelBackend, {
      key: `backends_pad_${axes.length}`,
      inputs: { X: x },
      outputShape: x.shape.map((size, axis) => paddings[axis]![0] + size + paddings[axis]![1]),
      outputDtype: x.dtype,
      uniforms: { value: constantValue },
      integers: Object.fromEntries(
        axes.flatMap((axis) => [
          [`before${axis}`, paddings[axis]![0]],
          [`size${axis}`, x.shape[axis]!],
          [`behind${axis}`, paddings[axis]![1]],
        ]),
      ),
      code: shader(axes, x.dtype === 'float32' ? 'f32' : 'i32'),
    });
  });
}

function shader(axes: number[], type: string): string {
  const steps = axes.toReversed().map(
    (axis) => `
  length = uniforms.before${axis} + uniforms.size${axis} + uniforms.behind${axis};
  position = rest % length - uniforms.before${axis};
  inside = inside && position >= 0 && position < uniforms.size${axis};
  at += position * stride;
  rest /= length;
  stride *= uniforms.size${axis};`,
  );
  return `
fn main(index: i32) {
  if (index >= uniforms.size) { return; }
  var rest = index;
  var at = 0;
  var stride = 1;
  var inside = true;
  var length: i32;
  var position: i32;
  ${steps.join('')}
  result[index] = ${type}(uniforms.value);
  if (inside) { result[index] = X[at]; }
}`;
}
