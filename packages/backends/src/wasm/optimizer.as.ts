// One step of an optimiser on `count` weights in one pass, each of which is first multiplied by `kept`. The new weights go to
// `y`; slots change in place. The order of operations is that of the optimisers of TensorFlow.js.
import { loadLanes, storeLanes } from '../../../core/assembly/lanes';
import { splat } from '../../../core/assembly/simd-math';

/** y = kept·w + rate·m̂ / (√v̂ + ε), where `power1` and `power2` are the addresses of β₁ᵗ and β₂ᵗ. */
export function adam(
  w: usize, g: usize, y: usize, count: i32, kept: f32, m: usize, v: usize, power1: usize, power2: usize,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, epsilon: f32,
): void {
  const share = splat(kept);
  const correct1 = splat(1 / (1 - load<f32>(power1)));
  const correct2 = splat(1 / (1 - load<f32>(power2)));
  for (let at: usize = 0; count > 0; count -= 4, at += 16) {
    const gradient = loadLanes(g + at, count);
    const first = f32x4.add(f32x4.mul(loadLanes(m + at, count), splat(beta1)), f32x4.mul(gradient, splat(rest1)));
    const square = f32x4.mul(gradient, gradient);
    const second = f32x4.add(f32x4.mul(loadLanes(v + at, count), splat(beta2)), f32x4.mul(square, splat(rest2)));
    const scale = f32x4.add(f32x4.sqrt(f32x4.mul(second, correct2)), splat(epsilon));
    const step = f32x4.mul(f32x4.div(f32x4.mul(first, correct1), scale), splat(rate));
    storeLanes(m + at, first, count);
    storeLanes(v + at, second, count);
    storeLanes(y + at, f32x4.add(step, f32x4.mul(loadLanes(w + at, count), share)), count);
  }
}

/** y = kept·w + rate·g; the address of the rate is given. */
export function descend(w: usize, g: usize, y: usize, count: i32, kept: f32, rate: usize): void {
  const share = splat(kept);
  const scale = splat(load<f32>(rate));
  for (let at: usize = 0; count > 0; count -= 4, at += 16) {
    const step = f32x4.mul(scale, loadLanes(g + at, count));
    storeLanes(y + at, f32x4.add(step, f32x4.mul(loadLanes(w + at, count), share)), count);
  }
}

/** a = momentum·a + g; y = kept·w + rate·a, or with Nesterov's y = kept·w + rate·(g + momentum·a); addresses of the factors. */
export function descendWithMomentum(
  w: usize, g: usize, y: usize, count: i32, kept: f32, a: usize, momentum: usize, rate: usize, nesterov: bool,
): void {
  const share = splat(kept);
  const scale = splat(load<f32>(rate));
  const decay = splat(load<f32>(momentum));
  for (let at: usize = 0; count > 0; count -= 4, at += 16) {
    const gradient = loadLanes(g + at, count);
    const sum = f32x4.add(f32x4.mul(decay, loadLanes(a + at, count)), gradient);
    const step = nesterov ? f32x4.add(gradient, f32x4.mul(sum, decay)) : sum;
    storeLanes(a + at, sum, count);
    storeLanes(y + at, f32x4.add(f32x4.mul(scale, step), f32x4.mul(loadLanes(w + at, count), share)), count);
  }
}
