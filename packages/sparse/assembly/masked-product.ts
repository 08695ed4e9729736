// Products in which every example has a mask of its own over the weights, made on the fly from counters. The bits of 32
// inputs are one word; inputs lie along the lanes, so that a table of bytes turns a word into eight masks of four lanes.
// Lanes beyond the last input are computed with the rest and not stored.
import { roundUp } from '../../core/assembly/lanes';
import { madd, splat } from '../../core/assembly/simd-math';
import { at } from './lanes';
import { transpose } from './product';

/** For each byte, eight lanes that are all ones where its bit is set. */
const TABLE_BYTES = 8192;
/** Inputs that share the words of a mask. */
const BLOCK = 32;
const BLOCK_BYTES = 128;
/** Outputs that the forward pass takes together; a multiple of four. */
const TILE = 4;

@inline
function mix(x: u32): u32 {
  x = (x ^ (x >>> 16)) * 0x7feb352d;
  x = (x ^ (x >>> 15)) * 0x846ca68b;
  return x ^ (x >>> 16);
}

@inline
function mixLanes(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/** The words of four counters: as `countedWords` in bernoulli-words.ts. */
@inline
function words(counters: v128, keys: usize, numerator: i32, bits: i32): v128 {
  let word = mixLanes(v128.xor(counters, v128.load32_splat(keys)));
  if (bits > 1) {
    // The lowest bit of a numerator is set, or it would have been stripped.
    for (let bit = 1; bit < bits; bit++) {
      const random = mixLanes(v128.xor(counters, v128.load32_splat(keys + at(bit))));
      word = (numerator >> bit) & 1 ? v128.or(word, random) : v128.and(word, random);
    }
  }
  return word;
}

/** Writes the table and, behind it, the keys. */
function prepare(table: usize, seed: u32, bits: i32): void {
  for (let byte = 0; byte < 256; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      store<i32>(table + <usize>(byte * BLOCK) + at(bit), 0 - ((byte >> bit) & 1));
    }
  }
  for (let bit = 0; bit < bits; bit++) store<u32>(table + TABLE_BYTES + at(bit), mix(seed + (bit + 1) * 0x9e3779b9));
}

/** Where the table has the masks of a byte. */
@inline
function masks(table: usize, byte: u32): usize {
  return table + ((byte & 255) << 5);
}

/** Lanes from, from + step, from + 2·step, from + 3·step. */
@inline
function fourCounters(from: u32, step: u32): v128 {
  return i32x4.add(i32x4.splat(from), i32x4.mul(i32x4.splat(step), i32x4(0, 1, 2, 3)));
}

/** The inputs of a row, rounded up to whole blocks; one block more keeps rows from meeting in the same cache lines. */
@inline
function paddedInputs(inputs: i32): i32 {
  const blocks = (inputs + BLOCK - 1) / BLOCK;
  return (blocks | 1) * BLOCK;
}

/** Bytes of scratch memory that each of the functions below needs. */
export function scratchBytes(batch: i32, inputs: i32, outputs: i32): i32 {
  const forward = (outputs + batch + TILE) * paddedInputs(inputs);
  const dx = roundUp(outputs, 4) + (outputs + 1) * BLOCK;
  const dw = roundUp(batch, 4) + (batch + outputs) * BLOCK + outputs * batch;
  return TABLE_BYTES + 64 + (max(forward, max(dx, dw)) << 2);
}

/** The words of `count` counters from `first` on, `step` apart; up to three more are written. */
function writeWords(to: usize, count: i32, first: u32, step: u32, keys: usize, numerator: i32, bits: i32): void {
  let counters = fourCounters(first, step);
  for (let j = 0; j < count; j += 4, to += 16) {
    v128.store(to, words(counters, keys, numerator, bits));
    counters = i32x4.add(counters, i32x4.splat(step << 2));
  }
}

/** The sum over 32 · `blocks` inputs of x · w where the bits of the words are set. */
function maskedDot(table: usize, word: usize, x: usize, w: usize, blocks: i32): f32 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let s4 = splat(0), s5 = splat(0), s6 = splat(0), s7 = splat(0);
  for (const end = word + at(blocks); word < end; word += 4, x += BLOCK_BYTES, w += BLOCK_BYTES) {
    const bits = load<u32>(word);
    const m0 = masks(table, bits), m1 = masks(table, bits >>> 8);
    const m2 = masks(table, bits >>> 16), m3 = masks(table, bits >>> 24);
    s0 = madd(v128.and(v128.load(x), v128.load(m0)), v128.load(w), s0);
    s1 = madd(v128.and(v128.load(x, 16), v128.load(m0, 16)), v128.load(w, 16), s1);
    s2 = madd(v128.and(v128.load(x, 32), v128.load(m1)), v128.load(w, 32), s2);
    s3 = madd(v128.and(v128.load(x, 48), v128.load(m1, 16)), v128.load(w, 48), s3);
    s4 = madd(v128.and(v128.load(x, 64), v128.load(m2)), v128.load(w, 64), s4);
    s5 = madd(v128.and(v128.load(x, 80), v128.load(m2, 16)), v128.load(w, 80), s5);
    s6 = madd(v128.and(v128.load(x, 96), v128.load(m3)), v128.load(w, 96), s6);
    s7 = madd(v128.and(v128.load(x, 112), v128.load(m3, 16)), v128.load(w, 112), s7);
  }
  const even = f32x4.add(f32x4.add(s0, s2), f32x4.add(s4, s6));
  const odd = f32x4.add(f32x4.add(s1, s3), f32x4.add(s5, s7));
  const four = f32x4.add(even, odd);
  const two = f32x4.add(four, v128.shuffle<i64>(four, four, 1, 0));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/** u [batch, outputs] = scale · Σ x · mask · w, w [inputs, outputs]. */
export function forward(
  x: usize, w: usize, u: usize, batch: i32, inputs: i32, outputs: i32,
  seed: u32, numerator: i32, bits: i32, scale: f32, scratch: usize,
): void {
  prepare(scratch, seed, bits);
  const keys = scratch + TABLE_BYTES;
  const blocks = (inputs + BLOCK - 1) / BLOCK;
  const stride = at(paddedInputs(inputs));
  const word = keys + 64;
  const columns = word + at(TILE * blocks);
  const rows = columns + <usize>outputs * stride;
  transpose(w, inputs, outputs, at(outputs), columns, stride);
  for (let i = 0; i < batch; i++) memory.copy(rows + <usize>i * stride, x + at(i * inputs), at(inputs));
  // Inputs that fill up the last block count as 0.
  const missing = at(blocks * BLOCK - inputs);
  for (let n = 0; n < outputs; n++) memory.fill(columns + <usize>n * stride + at(inputs), 0, missing);
  for (let i = 0; i < batch; i++) memory.fill(rows + <usize>i * stride + at(inputs), 0, missing);
  // A few columns stay at hand for all examples.
  for (let n = 0; n < outputs; n += TILE) {
    const present = min(TILE, outputs - n);
    const column = columns + <usize>n * stride;
    for (let i = 0; i < batch; i++) {
      writeWords(word, present * blocks, (i * outputs + n) * blocks, 1, keys, numerator, bits);
      const to = u + at(i * outputs + n);
      for (let j = 0; j < present; j++) {
        const sum = maskedDot(scratch, word + at(j * blocks), rows + <usize>i * stride, column + <usize>j * stride, blocks);
        store<f32>(to + at(j), scale * sum);
      }
    }
  }
}

/** out [32] = scale · Σ_j factors[j] · rows[j, 32] where the bits of word j are set. */
function weightedSum(
  table: usize, word: usize, factors: usize, rows: usize, count: i32, scale: v128, out: usize,
): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let s4 = splat(0), s5 = splat(0), s6 = splat(0), s7 = splat(0);
  for (const end = factors + at(count); factors < end; factors += 4, word += 4, rows += BLOCK_BYTES) {
    const factor = v128.load32_splat(factors);
    const bits = load<u32>(word);
    const m0 = masks(table, bits), m1 = masks(table, bits >>> 8);
    const m2 = masks(table, bits >>> 16), m3 = masks(table, bits >>> 24);
    s0 = madd(factor, v128.and(v128.load(rows), v128.load(m0)), s0);
    s1 = madd(factor, v128.and(v128.load(rows, 16), v128.load(m0, 16)), s1);
    s2 = madd(factor, v128.and(v128.load(rows, 32), v128.load(m1)), s2);
    s3 = madd(factor, v128.and(v128.load(rows, 48), v128.load(m1, 16)), s3);
    s4 = madd(factor, v128.and(v128.load(rows, 64), v128.load(m2)), s4);
    s5 = madd(factor, v128.and(v128.load(rows, 80), v128.load(m2, 16)), s5);
    s6 = madd(factor, v128.and(v128.load(rows, 96), v128.load(m3)), s6);
    s7 = madd(factor, v128.and(v128.load(rows, 112), v128.load(m3, 16)), s7);
  }
  v128.store(out, f32x4.mul(s0, scale));
  v128.store(out, f32x4.mul(s1, scale), 16);
  v128.store(out, f32x4.mul(s2, scale), 32);
  v128.store(out, f32x4.mul(s3, scale), 48);
  v128.store(out, f32x4.mul(s4, scale), 64);
  v128.store(out, f32x4.mul(s5, scale), 80);
  v128.store(out, f32x4.mul(s6, scale), 96);
  v128.store(out, f32x4.mul(s7, scale), 112);
}

/** dx [batch, inputs] = scale · Σ_n du · mask · w. */
export function inputGradient(
  du: usize, w: usize, dx: usize, batch: i32, inputs: i32, outputs: i32,
  seed: u32, numerator: i32, bits: i32, scale: f32, scratch: usize,
): void {
  prepare(scratch, seed, bits);
  const keys = scratch + TABLE_BYTES;
  const blocks = (inputs + BLOCK - 1) / BLOCK;
  const word = keys + 64;
  const aside = word + at(roundUp(outputs, 4));
  const columns = aside + BLOCK_BYTES;
  for (let block = 0; block < blocks; block++) {
    const first = block * BLOCK;
    const present = min(BLOCK, inputs - first);
    transpose(w + at(first * outputs), present, outputs, at(outputs), columns, BLOCK_BYTES);
    for (let i = 0; i < batch; i++) {
      writeWords(word, outputs, i * outputs * blocks + block, blocks, keys, numerator, bits);
      const to = dx + at(i * inputs + first);
      const out = present == BLOCK ? to : aside;
      weightedSum(scratch, word, du + at(i * outputs), columns, outputs, splat(scale), out);
      if (present < BLOCK) memory.copy(to, aside, at(present));
    }
  }
}

/** dw [inputs, outputs] = scale · Σ_i x · du · mask. */
export function kernelGradient(
  x: usize, du: usize, dw: usize, batch: i32, inputs: i32, outputs: i32,
  seed: u32, numerator: i32, bits: i32, scale: f32, scratch: usize,
): void {
  prepare(scratch, seed, bits);
  const keys = scratch + TABLE_BYTES;
  const blocks = (inputs + BLOCK - 1) / BLOCK;
  const word = keys + 64;
  const rows = word + at(roundUp(batch, 4));
  const sums = rows + <usize>batch * BLOCK_BYTES;
  const columns = sums + <usize>outputs * BLOCK_BYTES;
  transpose(du, batch, outputs, at(outputs), columns, at(batch));
  for (let block = 0; block < blocks; block++) {
    const first = block * BLOCK;
    const present = min(BLOCK, inputs - first);
    for (let i = 0; i < batch; i++) {
      memory.copy(rows + <usize>i * BLOCK_BYTES, x + at(i * inputs + first), at(present));
    }
    for (let n = 0; n < outputs; n++) {
      writeWords(word, batch, n * blocks + block, outputs * blocks, keys, numerator, bits);
      weightedSum(scratch, word, columns + at(n * batch), rows, batch, splat(scale), sums + <usize>n * BLOCK_BYTES);
    }
    transpose(sums, outputs, present, BLOCK_BYTES, dw + at(first * outputs), at(outputs));
  }
}
