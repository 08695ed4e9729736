import { describe, expect, it } from 'vitest';
import { positionsOf, topologyFromPositions } from '../pattern/topology.ts';
import { descend } from './descend.ts';
import { mergeConnections } from './merge-connections.ts';
import { retainValid } from './retain-valid.ts';
import { warmedUp } from './warm-up.ts';

const near = { absolute: 1e-6, relative: 1e-6 };

describe('descend: closed form', () => {
  it('two steps with momentum and a decay of 0.0002 a step', () => {
    const weights = Float32Array.of(0.5, -0.2, 0.3);
    const moments = new Float32Array(3);
    const rule = { momentum: 0.9, nesterov: false, weightDecay: 0.02 };
    descend(weights, moments, Float32Array.of(0.1, -0.2, 0.05), 0.01, rule);
    expect(weights).toBeAllClose([0.4989, -0.19796, 0.29944], near);
    descend(weights, moments, Float32Array.of(0.3, 0, 0.1), 0.01, rule);
    expect(weights).toBeAllClose([0.49490022, -0.19612041, 0.29793011], near);
  });
});

describe('warmedUp: closed form', () => {
  it('rises to five times the rate in five epochs, and stays there', () => {
    const rates = (workers: number, warmUpEpochs: number) =>
      [0, 1, 2, 3, 4, 5, 9].map((epoch) => warmedUp(0.01, epoch, { workers, warmUpEpochs }));
    expect(rates(5, 5)).toBeAllClose([0.01, 0.018, 0.026, 0.034, 0.042, 0.05, 0.05], near);
    expect(rates(1, 5)).toBeAllClose(new Array(7).fill(0.01), near);
    expect(rates(3, 0)).toBeAllClose(new Array(7).fill(0.03), near);
  });
});

describe('mergeConnections: closed form', () => {
  // Rows and columns of a 3 × 3 layer, and values.
  const layer = (entries: Record<string, number>) => {
    const at = (key: string) => Number(key[0]) + 3 * Number(key[1]);
    const keys = Object.keys(entries).sort((a, b) => at(a) - at(b));
    const values = Float32Array.from(keys, (key) => entries[key]!);
    return { topology: topologyFromPositions(3, 3, keys.map(at)), values, moments: values.map((v) => 2 * v) };
  };
  const three = [
    layer({ '00': 0.6, '01': -0.3, '12': 0.9, '20': 0.12 }),
    layer({ '00': 0.3, '11': 0.45, '12': 0.6, '22': -0.15 }),
    layer({ '01': -0.6, '11': 0.9, '12': 0.3, '20': -0.06 }),
  ];

  it.each(['sign', 'magnitude'] as const)('of three layers, by %s', (by) => {
    const merged = mergeConnections(three, 4, by);
    const expected = layer({ '00': 0.3, '01': -0.3, '11': 0.45, '12': 0.6 });
    expect(merged.topology).toEqual(expected.topology);
    expect(merged.values).toBeAllClose(expected.values, near);
    expect(merged.moments).toBeAllClose(expected.moments, near);
  });

  it('keeps all where there is room, and the bits of a single one', () => {
    const union = mergeConnections(three, 6, 'sign');
    expect(union.values).toBeAllClose(
      layer({ '00': 0.3, '01': -0.3, '11': 0.45, '12': 0.6, '20': 0.02, '22': -0.05 }).values,
      near,
    );
    expect(mergeConnections(three.slice(0, 1), 4, 'sign')).toEqual(three[0]);
  });
});

describe('retainValid', () => {
  const old = topologyFromPositions(4, 2, [0, 2, 5, 7]);
  const current = topologyFromPositions(4, 2, [1, 2, 5, 6]);
  const gradient = Float32Array.of(1, 2, 3, 4);

  it('drops what belongs to removed connections, and gives new ones nothing', () => {
    expect([...positionsOf(current)]).toEqual([1, 2, 5, 6]);
    expect([...retainValid(gradient, old, current)]).toEqual([0, 2, 3, 0]);
  });

  it('changes nothing when done again, or without a change', () => {
    const once = retainValid(gradient, old, current);
    expect(retainValid(once, current, current)).toEqual(once);
    expect(retainValid(gradient, old, old)).toEqual(gradient);
  });
});
