// The gradients of a depthwise convolution of x [batch, height, width, channels] with a filter
// [height, width, channels, multiplier], whose result has channels × multiplier channels.
import { floats } from '../../../core/assembly/lanes';
import { Window } from '../../assembly/window';

/** w [outputs] += Σ x·dy over `count` pixels. */
@inline
function correlate(x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, w: usize, outputs: i32, multiplier: i32): void {
  let k = 0;
  if (multiplier == 1) {
    for (; k + 4 <= outputs; k += 4) {
      let sum = v128.load(w + floats(k));
      let from = x + floats(k);
      let and = dy + floats(k);
      for (let j = 0; j < count; j++, from += xStep, and += dyStep) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(from), v128.load(and)));
      }
      v128.store(w + floats(k), sum);
    }
  }
  for (; k < outputs; k++) {
    let sum = load<f32>(w + floats(k));
    let from = x + floats(k / multiplier);
    let and = dy + floats(k);
    for (let j = 0; j < count; j++, from += xStep, and += dyStep) sum += load<f32>(from) * load<f32>(and);
    store<f32>(w + floats(k), sum);
  }
}

/** x += dy·w at `count` pixels. */
@inline
function spread(x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, w: usize, outputs: i32, multiplier: i32): void {
  let k = 0;
  if (multiplier == 1) {
    for (; k + 4 <= outputs; k += 4) {
      const weight = v128.load(w + floats(k));
      let to = x + floats(k);
      let from = dy + floats(k);
      for (let j = 0; j < count; j++, to += xStep, from += dyStep) {
        v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(from), weight)));
      }
    }
  }
  for (; k < outputs; k++) {
    const weight = load<f32>(w + floats(k));
    let to = x + floats(k / multiplier);
    let from = dy + floats(k);
    for (let j = 0; j < count; j++, to += xStep, from += dyStep) {
      store<f32>(to, load<f32>(to) + load<f32>(from) * weight);
    }
  }
}

/** Visits each element of the window at each row of dy, and all the pixels of that row at once. */
@inline
function slide(window: Window, x: usize, dy: usize, w: usize, multiplier: i32, toFilter: bool): void {
  const channels = window.channels, inWidth = window.inWidth, inHeight = window.inHeight;
  const outHeight = window.outHeight, outWidth = window.outWidth;
  const width = window.width, stride = window.strideWidth;
  const outputs = channels * multiplier;
  const xStep = floats(stride * channels), dyStep = floats(outputs);
  for (let image = 0; image < window.batch; image++) {
    for (let i = 0; i < outHeight; i++, dy += floats(outWidth * outputs)) {
      for (let a = 0; a < window.height; a++) {
        const y = i * window.strideHeight - window.top + a * window.dilationHeight;
        if (y < 0 || y >= inHeight) continue;
        for (let b = 0; b < width; b++) {
          const left = b * window.dilationWidth - window.left;
          // The pixels j with 0 ≤ left + j·stride < inWidth.
          const begin = left < 0 ? (stride - 1 - left) / stride : 0;
          const end = min(outWidth, (inWidth - left + stride - 1) / stride);
          const at = x + floats((y * inWidth + left + begin * stride) * channels);
          const from = dy + floats(begin * outputs);
          const weight = w + floats((a * width + b) * outputs);
          if (toFilter) correlate(at, xStep, from, dyStep, end - begin, weight, outputs, multiplier);
          else spread(at, xStep, from, dyStep, end - begin, weight, outputs, multiplier);
        }
      }
    }
    x += floats(inHeight * inWidth * channels);
  }
}

export function depthwiseFilterGradient(window: usize, x: usize, dy: usize, dw: usize, multiplier: i32): void {
  const shape = changetype<Window>(window);
  memory.fill(dw, 0, floats(shape.height * shape.width * shape.channels * multiplier));
  slide(shape, x, dy, dw, multiplier, true);
}

export function depthwiseInputGradient(window: usize, dx: usize, dy: usize, w: usize, multiplier: i32): void {
  const shape = changetype<Window>(window);
  memory.fill(dx, 0, floats(shape.batch * shape.inHeight * shape.inWidth * shape.channels));
  slide(shape, dx, dy, w, multiplier, false);
}
