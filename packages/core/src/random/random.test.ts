import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

describe('Random', () => {
  it('gives equal streams for equal seeds and different ones for different seeds', () => {
    const draw = (seed: number) =>
      Array.from(
        { length: 8 },
        (
          (r) => () =>
            r.uint32()
        )(new Random(seed)),
      );
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('resumes from a state that went through JSON, in the middle of a normal pair', () => {
    const random = new Random(11);
    random.normal();
    const copy = Random.fromState(JSON.parse(JSON.stringify(random.state())));
    expect([copy.normal(), copy.uniform(), copy.normal()]).toEqual([
      random.normal(),
      random.uniform(),
      random.normal(),
    ]);
  });

  it('has the moments of its distributions', () => {
    const random = new Random(1);
    const normals = Float64Array.from({ length: 200_000 }, () => random.normal());
    const mean = normals.reduce((a, b) => a + b) / normals.length;
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.01);
  });

  it('permutes without loss, also nothing and one thing', () => {
    expect([...new Random(5).permutation(100)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect([...new Random(5).permutation(0)]).toEqual([]);
    expect([...new Random(5).permutation(1)]).toEqual([0]);
  });

  it('forks independent streams without advancing', () => {
    const random = new Random(5);
    const before = random.state();
    expect(random.fork(1).uint32()).not.toBe(random.fork(2).uint32());
    expect(random.state()).toEqual(before);
  });

  it('refuses a seed that is not an integer', () => {
    expect(() => new Random(0.5)).toThrow('Random: seed must be an integer, got 0.5.');
  });
});
