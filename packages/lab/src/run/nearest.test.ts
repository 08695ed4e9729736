import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('nearest', () => {
  it.each([
    ['activation', 'activations'],
    ['Activations', 'activations'],
    ['hebian', 'hebbian'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, ['hebbian', 'activations'])).toBe(meant);
  });

  it('does not guess when nothing is near', () => {
    expect(nearest('xyz', ['activations', 'hebbian'])).toBeUndefined();
  });
});
