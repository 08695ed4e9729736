// Numbers that every contender starts from: { shape, values }, the same in every run.

/** Uniform in [−scale, scale): a hash of the position, so that no state is shared between tensors. */
export function noise(shape, seed, scale = 1) {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    let hash = (i + Math.imul(seed, 0x9e3779b9)) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    values[i] = scale * (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1);
  }
  return { shape, values };
}

/** A kernel [..., in, out] with the variance 2 / fan-in of He et al. */
export function kernel(shape, seed) {
  return noise(shape, seed, Math.sqrt(6 / sizeOf(shape.slice(0, -1))));
}

export function full(shape, value) {
  return { shape, values: new Float32Array(sizeOf(shape)).fill(value) };
}

/** Labels 0, 1, 2, … in turn, one-hot [batch, classes]. */
export function labels(batch, classes) {
  const values = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i++) values[i * classes + (i % classes)] = 1;
  return { shape: [batch, classes], values };
}

export function concatenate(parts) {
  const whole = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function sizeOf(shape) {
  return shape.reduce((size, length) => size * length, 1);
}
