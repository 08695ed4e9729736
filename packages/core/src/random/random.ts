import { ArgumentError } from '../errors/argument-error.ts';

/** The whole state of a {@link Random}: four 32-bit words and the spare normal draw. Plain JSON. */
export interface RandomState {
  readonly words: readonly [number, number, number, number];
  readonly spareNormal: number | null;
}

/**
 * A seeded stream of random numbers that gives the same numbers on every machine and backend, and whose state can
 * be saved and restored.
 *
 * The generator is xoshiro128** (Blackman and Vigna, 2018) seeded by splitmix32; uniforms carry 32 bits.
 *
 * @example
 * const random = new Random(7);
 * random.permutation(5); // [2, 0, 4, 3, 1]
 * const resumed = Random.fromState(random.state());
 * resumed.uniform() === random.uniform(); // true
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spareNormal: number | null = null;

  /** @param seed An integer; equal seeds give equal streams. Only its low 32 bits count. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new ArgumentError({ where: 'Random', argument: 'seed', got: seed, expected: 'an integer' });
    }
    const next = splitmix32(seed);
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next();
  }

  /** Continues a stream exactly where `state()` was taken. */
  static fromState(state: RandomState): Random {
    const random = new Random(0);
    [random.a, random.b, random.c, random.d] = state.words;
    random.spareNormal = state.spareNormal;
    return random;
  }

  /** The state to hand to `Random.fromState`. */
  state(): RandomState {
    return { words: [this.a, this.b, this.c, this.d], spareNormal: this.spareNormal };
  }

  /** An independent stream for one purpose, e.g. `random.fork(epoch)`; this stream does not advance. */
  fork(label: number): Random {
    const mixed = splitmix32((this.a ^ Math.imul(this.d, 0x9e3779b1) ^ Math.imul(label | 0, 0x85ebca6b)) | 0);
    return new Random(mixed());
  }

  /** A 32-bit unsigned integer. */
  uint32(): number {
    const { b } = this;
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    this.c ^= this.a;
    this.d ^= b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= b << 9;
    this.d = rotateLeft(this.d, 11);
    return result;
  }

  /** Uniform in [low, high); [0, 1) by default. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 0x1_0000_0000);
  }

  /** A uniform integer in [0, count). */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Normal with the given mean and standard deviation (polar method). */
  normal(mean = 0, deviation = 1): number {
    if (this.spareNormal !== null) {
      const spare = this.spareNormal;
      this.spareNormal = null;
      return mean + deviation * spare;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = this.uniform(-1, 1);
      v = this.uniform(-1, 1);
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    this.spareNormal = v * scale;
    return mean + deviation * u * scale;
  }

  /** The integers 0 … count−1 in random order (Fisher–Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
}
