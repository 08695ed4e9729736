import { describe, expect, it } from 'vitest';
import { fakeRecord, fakeResult, fakeResults } from '../testing/fake-run.ts';
import { summarize } from './summarize.ts';

describe('summarize', () => {
  it('gives mean, sample deviation, speed and gain of each variant, best first', () => {
    const { rows } = summarize(fakeRecord, fakeResults);
    expect(rows.map(({ variant }) => variant)).toEqual(['better', 'same', 'plain']);
    const [better] = rows;
    expect(better!.score.mean).toBeCloseTo(0.952, 12);
    expect(better!.score.deviation).toBeCloseTo(0.004 / Math.SQRT2, 12);
    expect(better!.gain).toBeCloseTo(0.05, 12);
    expect(better!.secondsPerPoint).toBeCloseTo(0.6, 12);
    expect(better!.curve.accuracy).toMatchObject([
      { epoch: 1, mean: expect.closeTo(0.852, 12) },
      { epoch: 2, mean: expect.closeTo(0.952, 12) },
    ]);
    expect(rows[2]!.gain).toBeNull();
  });

  it('puts the noise at twice the standard error of a difference, from the pooled spread', () => {
    const deviation = 0.004 / Math.SQRT2;
    expect(summarize(fakeRecord, fakeResults).noise).toBeCloseTo(2 * deviation * Math.sqrt(2 / 2), 12);
  });

  it('puts the lowest first where lower is better, and knows the other metrics', () => {
    const about = {
      ...fakeRecord.about,
      metric: { name: 'accuracy', title: 'error', format: 'number', better: 'lower' },
      otherMetrics: [{ name: 'density', title: 'density' }],
    } as const;
    const results = fakeResults.map((result, i) => ({
      ...result,
      metrics: { ...result.metrics, ...(result.variant === 'plain' && { density: i }) },
    }));
    const { rows } = summarize({ ...fakeRecord, about }, results);
    expect(rows.map(({ variant }) => variant)).toEqual(['plain', 'same', 'better']);
    expect(rows[0]!.others.density!.mean).toBe(1.5);
    expect(rows[1]!.others.density!.mean).toBeNaN();
  });

  it('needs no curve', () => {
    const { rows } = summarize(fakeRecord, [{ ...fakeResult('plain', 0, 0.9), curve: [] }]);
    expect(rows[0]).toMatchObject({ curve: {}, secondsPerPoint: Number.NaN });
  });

  it('knows no noise with one seed, and no gain without the baseline', () => {
    const { rows, noise } = summarize(fakeRecord, [fakeResult('better', 0, 0.9)]);
    expect(noise).toBeNaN();
    expect(rows[0]!.gain).toBeNull();
  });

  it('accepts curves of different length', () => {
    const short = fakeResult('plain', 0, 0.9);
    const { rows } = summarize(fakeRecord, [
      { ...short, curve: short.curve.slice(0, 1) },
      fakeResult('plain', 1, 0.9),
    ]);
    expect(rows[0]!.curve.accuracy).toHaveLength(2);
  });
});
