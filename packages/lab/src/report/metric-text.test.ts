import { describe, expect, it } from 'vitest';
import { metricText } from './metric-text.ts';

describe('metricText', () => {
  it('writes fractions in percent', () => {
    const text = metricText({ name: 'accuracy', title: 'accuracy' });
    expect([text.title, text.value(0.97314), text.withUnit(0.5)]).toEqual([
      'accuracy, %',
      '97.31',
      '50.00 %',
    ]);
    expect([0.0012, -0.0012, 0.00001].map(text.difference)).toEqual(['+0.12', '−0.12', '0.00']);
  });

  it('writes other numbers as they are', () => {
    const text = metricText({ name: 'rmse', title: 'RMSE', format: 'number', decimals: 3 });
    expect([text.title, text.value(0.97314), text.withUnit(2)]).toEqual(['RMSE', '0.973', '2.000']);
    expect(text.difference(-0.25)).toBe('−0.250');
  });

  it('has a dash for what is no number', () => {
    expect(metricText({ name: 'loss', title: 'loss' }).withUnit(Number.NaN)).toBe('– %');
  });
});
