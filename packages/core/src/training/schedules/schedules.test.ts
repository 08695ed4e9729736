import { describe, expect, it } from 'vitest';
import type { Schedule } from './schedule.ts';
import {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearWarmUp,
  piecewiseSchedule,
  scheduleFromConfig,
  stepSchedule,
} from './schedules.ts';

const cases: { name: string; schedule: Schedule; values: [t: number, rate: number][] }[] = [
  {
    name: 'constant',
    schedule: constantSchedule({ rate: 0.1 }),
    values: [
      [0, 0.1],
      [1e6, 0.1],
    ],
  },
  {
    name: 'step',
    schedule: stepSchedule({ initialRate: 1, factor: 0.5, every: 10 }),
    values: [
      [0, 1],
      [9, 1],
      [10, 0.5],
      [25, 0.25],
    ],
  },
  {
    name: 'exponential',
    schedule: exponentialSchedule({ initialRate: 2, factor: 0.5 }),
    values: [
      [0, 2],
      [1, 1],
      [3, 0.25],
    ],
  },
  {
    name: 'cosine',
    schedule: cosineSchedule({ initialRate: 1, finalRate: 0.2, length: 100 }),
    values: [
      [0, 1],
      [50, 0.6],
      [100, 0.2],
      [500, 0.2],
    ],
  },
  {
    name: 'piecewise',
    schedule: piecewiseSchedule({ boundaries: [10, 20], rates: [1, 0.1, 0.01] }),
    values: [
      [9, 1],
      [10, 0.1],
      [19, 0.1],
      [20, 0.01],
    ],
  },
  {
    name: 'linearWarmUp',
    schedule: linearWarmUp({ length: 4, schedule: exponentialSchedule({ initialRate: 1, factor: 0.5 }) }),
    values: [
      [0, 0.25],
      [2, 0.75],
      [3, 1],
      [4, 1],
      [5, 0.5],
    ],
  },
];

describe.each(cases)('$name schedule', ({ schedule, values }) => {
  it.each(values)('closed form: at %d it is %d', (t, rate) => {
    expect(schedule.at(t)).toBeCloseTo(rate, 12);
  });

  it('serialises', () => {
    const copy = scheduleFromConfig(JSON.parse(JSON.stringify(schedule.getConfig())));
    expect(copy.getConfig()).toEqual(schedule.getConfig());
    expect(values.map(([t]) => copy.at(t))).toEqual(values.map(([t]) => schedule.at(t)));
  });
});

describe('edges', () => {
  it('takes no boundaries at all', () => {
    expect(piecewiseSchedule({ boundaries: [], rates: [3] }).at(9)).toBe(3);
  });

  it('ends at 0 where cosineSchedule is given no finalRate', () => {
    expect(cosineSchedule({ initialRate: 1, length: 10 }).at(10)).toBe(0);
  });
});

describe('errors', () => {
  const bad: [string, () => unknown][] = [
    ['constantSchedule: rate must be a number ≥ 0, got -1.', () => constantSchedule({ rate: -1 })],
    [
      'stepSchedule: every must be a number > 0, got 0.',
      () => stepSchedule({ initialRate: 1, factor: 1, every: 0 }),
    ],
    [
      'exponentialSchedule: factor must be a number > 0, got 0.',
      () => exponentialSchedule({ initialRate: 1, factor: 0 }),
    ],
    [
      'cosineSchedule: length must be a number > 0, got NaN.',
      () => cosineSchedule({ initialRate: 1, length: Number.NaN }),
    ],
    [
      'piecewiseSchedule: boundaries must be rising numbers, got [2, 2].',
      () => piecewiseSchedule({ boundaries: [2, 2], rates: [1, 1, 1] }),
    ],
    [
      'piecewiseSchedule: rates must be 2 numbers, one more than boundaries, got [1].',
      () => piecewiseSchedule({ boundaries: [2], rates: [1] }),
    ],
    [
      'linearWarmUp: length must be an integer ≥ 1, got 0.5.',
      () => linearWarmUp({ length: 0.5, schedule: constantSchedule({ rate: 1 }) }),
    ],
    ['scheduleFromConfig: config.kind must be', () => scheduleFromConfig({ kind: 'cyclic' } as never)],
  ];
  it.each(bad)('%s', (message, make) => {
    expect(make).toThrow(message);
  });
});
