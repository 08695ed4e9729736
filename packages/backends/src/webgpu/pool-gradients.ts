import { runFlatProgram } from '@arborize/core';
import {
  type AvgPoolGradAttrs,
  backend_util,
  type KernelBackend,
  type MaxPoolGradAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';

type Shape4 = [number, number, number, number];

/**
 * The stock gradient of a maximum goes to the last of equal values, where TensorFlow's goes to the first; that of an average
 * divides by the whole window also where it lies on padding. For explicit padding the specification of TensorFlow.js demands that.
 */
export function repairPoolGradients(): void {
  replaceKernel('webgpu', 'MaxPoolGrad', () => (call) => {
    const { dy, input } = call.inputs as { dy: TensorInfo; input: TensorInfo };
    const backend = call.backend as KernelBackend;
    const pool = poolIntegers(input.shape, call.attrs as unknown as MaxPoolGradAttrs);
    const positions = runFlatProgram(backend, {
      key: 'backends_pool_positions',
      inputs: { X: input },
      outputShape: dy.shape,
      outputDtype: 'int32',
      integers: pool,
      code: POSITIONS,
    });
    const dx = runFlatProgram(backend, {
      key: 'backends_max_pool_gradient',
      inputs: { Dy: dy, Positions: positions },
      outputShape: input.shape,
      integers: pool,
      code: gradient('select(0.0, Dy[out], Positions[out] == index)'),
    });
    backend.disposeData(positions.dataId);
    return dx;
  });

  replaceKernel('webgpu', 'AvgPoolGrad', (stock) => (call) => {
    const { dy, input } = call.inputs as { dy: TensorInfo; input: TensorInfo };
    const attrs = call.attrs as unknown as AvgPoolGradAttrs;
    if (Array.isArray(attrs.pad)) return stock!(call);
    return runFlatProgram(call.backend as KernelBackend, {
      key: 'backends_average_pool_gradient',
      inputs: { Dy: dy },
      outputShape: input.shape,
      integers: poolIntegers(input.shape, attrs),
      code: gradient('Dy[out] / f32((bottom - top) * (right - left))'),
    });
  });
}

/** TensorFlow.js dilates no pool here: it rearranges the images instead. */
function poolIntegers(
  input: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolGradAttrs,
) {
  const info = backend_util.computePool2DInfo(input as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    windowHeight: info.filterHeight,
    windowWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** The pixels under the window of the output at (row, column), as far as they are in the image. */
const WINDOW = `
    let top = max(row * uniforms.strideHeight - uniforms.padTop, 0);
    let left = max(column * uniforms.strideWidth - uniforms.padLeft, 0);
    let bottom = min(row * uniforms.strideHeight - uniforms.padTop + uniforms.windowHeight, uniforms.height);
    let right = min(column * uniforms.strideWidth - uniforms.padLeft + uniforms.windowWidth, uniforms.width);`;

/** Where in the input the first largest value under each window lies. */
const POSITIONS = `
fn main(index: i32) {
  if (index >= uniforms.size) { return; }
  let channel = index % uniforms.channels;
  let column = (index / uniforms.channels) % uniforms.outWidth;
  let row = (index / uniforms.channels / uniforms.outWidth) % uniforms.outHeight;
  let image = index / uniforms.channels / uniforms.outWidth / uniforms.outHeight;
  ${WINDOW}
  var best = -1;
  for (var i = top; i < bottom; i++) {
    for (var j = left; j < right; j++) {
      let at = ((image * uniforms.height + i) * uniforms.width + j) * uniforms.channels + channel;
      if (best < 0 || X[at] > X[best]) { best = at; }
    }
  }
  result[index] = best;
}`;

/** The sum of `share` over the windows that a pixel lies under; \`out\` is the position of a window's output. */
function gradient(share: string): string {
  return `
fn main(index: i32) {
  if (index >= uniforms.size) { return; }
  let channel = index % uniforms.channels;
  let x = (index / uniforms.channels) % uniforms.width;
  let y = (index / uniforms.channels / uniforms.width) % uniforms.height;
  let image = index / uniforms.channels / uniforms.width / uniforms.height;
  let firstRow = max((y + uniforms.padTop - uniforms.windowHeight + uniforms.strideHeight) / uniforms.strideHeight, 0);
  let lastRow = min((y + uniforms.padTop) / uniforms.strideHeight, uniforms.outHeight - 1);
  let firstColumn = max((x + uniforms.padLeft - uniforms.windowWidth + uniforms.strideWidth) / uniforms.strideWidth, 0);
  let lastColumn = min((x + uniforms.padLeft) / uniforms.strideWidth, uniforms.outWidth - 1);
  var sum = 0.0;
  for (var row = firstRow; row <= lastRow; row++) {
    for (var column = firstColumn; column <= lastColumn; column++) {
      ${WINDOW}
      let out = ((image * uniforms.outHeight + row) * uniforms.outWidth + column) * uniforms.channels + channel;
      sum += ${share};
    }
  }
  result[index] = sum;
}`;
}
