import { describe, expect, it } from 'vitest';
import { judge, mean } from './judge.mjs';

const results = [
  { variant: 'a', seed: 1, metrics: { accuracy: 0.9, loss: null } },
  { variant: 'a', seed: 0, metrics: { accuracy: 0.8, loss: 2 } },
  { variant: 'b', seed: 0, metrics: { accuracy: 0.5 } },
];
const verdicts = (...requirements: object[]) =>
  judge(
    { name: 'case', require: requirements.map((each) => ({ what: 'it', ...each })) },
    results,
    'accuracy',
  );

describe('judge', () => {
  it('passes what reaches its threshold, each seed where a requirement lists them', () => {
    const [all, average, below] = verdicts(
      { measured: (scores: Scores) => scores('a'), atLeast: 0.85 },
      { measured: (scores: Scores) => mean(scores('a')) - mean(scores('b')), atLeast: 0.3 },
      { measured: (scores: Scores) => scores('b'), atMost: 0.5 },
    );
    expect(all).toMatchObject({ measured: [0.8, 0.9], ok: false, required: '≥ 0.85' });
    expect(average!.ok).toBe(true);
    expect(below).toMatchObject({ ok: true, required: '≤ 0.5' });
  });

  it('misses what is no number, and nothing', () => {
    const [diverged, nothing] = verdicts(
      { measured: (scores: Scores) => scores('a', 'loss'), atMost: 3 },
      { measured: () => [], atLeast: 0 },
    );
    expect([diverged!.ok, nothing!.ok]).toEqual([false, false]);
  });

  it('errors: a variant or a metric that is not there, no threshold or two', () => {
    expect(() => verdicts({ measured: (scores: Scores) => scores('c'), atLeast: 0 })).toThrow(
      'no result of c',
    );
    expect(() => verdicts({ measured: (scores: Scores) => scores('b', 'loss'), atLeast: 0 })).toThrow(
      'no loss',
    );
    expect(() => verdicts({ measured: () => 1 })).toThrow('name one of atLeast and atMost');
    expect(() => verdicts({ measured: () => 1, atLeast: 0, atMost: 2 })).toThrow('name one of');
  });
});

type Scores = (variant: string, metric?: string) => number[];
