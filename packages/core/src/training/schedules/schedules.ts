import { ArgumentError } from '../../errors/argument-error.ts';
import type {
  ConstantOptions,
  CosineOptions,
  ExponentialOptions,
  PiecewiseOptions,
  Schedule,
  ScheduleConfig,
  StepOptions,
} from './schedule.ts';

/**
 * The same rate for ever: η(t) = rate.
 *
 * @example
 * constantSchedule({ rate: 0.1 }).at(7); // 0.1
 */
export function constantSchedule({ rate }: ConstantOptions): Schedule {
  atLeastZero('constantSchedule', 'rate', rate);
  return { at: () => rate, getConfig: () => ({ kind: 'constant', rate }) };
}

/**
 * Drops by a factor at regular times: η(t) = initialRate · factor^⌊t / every⌋.
 *
 * @example
 * stepSchedule({ initialRate: 1, factor: 0.5, every: 10 }).at(25); // 0.25
 */
export function stepSchedule({ initialRate, factor, every }: StepOptions): Schedule {
  atLeastZero('stepSchedule', 'initialRate', initialRate);
  positive('stepSchedule', 'factor', factor);
  positive('stepSchedule', 'every', every);
  return {
    at: (t) => initialRate * factor ** Math.floor(t / every),
    getConfig: () => ({ kind: 'step', initialRate, factor, every }),
  };
}

/**
 * Decays at every moment: η(t) = initialRate · factor^t.
 *
 * @example
 * exponentialSchedule({ initialRate: 1, factor: 0.5 }).at(3); // 0.125
 */
export function exponentialSchedule({ initialRate, factor }: ExponentialOptions): Schedule {
  atLeastZero('exponentialSchedule', 'initialRate', initialRate);
  positive('exponentialSchedule', 'factor', factor);
  return {
    at: (t) => initialRate * factor ** t,
    getConfig: () => ({ kind: 'exponential', initialRate, factor }),
  };
}

/**
 * Half a cosine wave down: η(t) = finalRate + (initialRate − finalRate) · (1 + cos(π · min(t / length, 1))) / 2.
 *
 * @param options `finalRate` is 0 by default.
 *
 * @example
 * cosineSchedule({ initialRate: 1, length: 100 }).at(50); // 0.5
 *
 * @see Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5, one cycle
 */
export function cosineSchedule(
  options: Omit<CosineOptions, 'finalRate'> & Partial<Pick<CosineOptions, 'finalRate'>>,
): Schedule {
  const { initialRate, finalRate = 0, length } = options;
  atLeastZero('cosineSchedule', 'initialRate', initialRate);
  atLeastZero('cosineSchedule', 'finalRate', finalRate);
  positive('cosineSchedule', 'length', length);
  return {
    at: (t) =>
      finalRate + ((initialRate - finalRate) * (1 + Math.cos(Math.PI * Math.min(t / length, 1)))) / 2,
    getConfig: () => ({ kind: 'cosine', initialRate, finalRate, length }),
  };
}

/**
 * Constant between boundaries: η(t) = rates[i], where i counts the boundaries ≤ t.
 *
 * @example
 * const schedule = piecewiseSchedule({ boundaries: [10, 20], rates: [1, 0.1, 0.01] });
 * [9, 10, 20].map((t) => schedule.at(t)); // [1, 0.1, 0.01]
 */
export function piecewiseSchedule({ boundaries, rates }: PiecewiseOptions): Schedule {
  const where = 'piecewiseSchedule';
  if (boundaries.some((b, i) => !(b > (boundaries[i - 1] ?? Number.NEGATIVE_INFINITY)))) {
    throw new ArgumentError({ where, argument: 'boundaries', got: boundaries, expected: 'rising numbers' });
  }
  if (rates.length !== boundaries.length + 1) {
    const expected = `${boundaries.length + 1} numbers, one more than boundaries`;
    throw new ArgumentError({ where, argument: 'rates', got: rates, expected });
  }
  rates.forEach((rate, i) => {
    atLeastZero(where, `rates[${i}]`, rate);
  });
  return {
    at: (t) => rates[boundaries.filter((b) => b <= t).length]!,
    getConfig: () => ({ kind: 'piecewise', boundaries: [...boundaries], rates: [...rates] }),
  };
}

/**
 * Rises to a schedule's first rate over `length` ≥ 1 steps or epochs, then follows it from its own time 0:
 * η(t) = s(0) · (t + 1) / length for t < length, and s(t − length) from there on.
 *
 * @example
 * const schedule = linearWarmUp({ length: 4, schedule: constantSchedule({ rate: 1 }) });
 * [0, 1, 2, 3, 4].map((t) => schedule.at(t)); // [0.25, 0.5, 0.75, 1, 1]
 */
export function linearWarmUp({ length, schedule }: { length: number; schedule: Schedule }): Schedule {
  if (!(Number.isInteger(length) && length >= 1)) {
    throw new ArgumentError({
      where: 'linearWarmUp',
      argument: 'length',
      got: length,
      expected: 'an integer ≥ 1',
    });
  }
  return {
    at: (t) => (t < length ? (schedule.at(0) * (t + 1)) / length : schedule.at(t - length)),
    getConfig: () => ({ kind: 'linearWarmUp', length, schedule: schedule.getConfig() }),
  };
}

/**
 * The schedule that a config, perhaps read from a file, describes.
 *
 * @throws ArgumentError for a kind that does not exist.
 *
 * @example
 * scheduleFromConfig({ kind: 'constant', rate: 0.1 }).at(0); // 0.1
 */
export function scheduleFromConfig(config: ScheduleConfig): Schedule {
  switch (config.kind) {
    case 'constant':
      return constantSchedule(config);
    case 'step':
      return stepSchedule(config);
    case 'exponential':
      return exponentialSchedule(config);
    case 'cosine':
      return cosineSchedule(config);
    case 'piecewise':
      return piecewiseSchedule(config);
    case 'linearWarmUp':
      return linearWarmUp({ length: config.length, schedule: scheduleFromConfig(config.schedule) });
    default:
      throw new ArgumentError({
        where: 'scheduleFromConfig',
        argument: 'config.kind',
        got: (config as { kind?: unknown }).kind,
        expected: "'constant', 'step', 'exponential', 'cosine', 'piecewise' or 'linearWarmUp'",
      });
  }
}

function atLeastZero(where: string, argument: string, got: number): void {
  if (!(got >= 0 && Number.isFinite(got))) {
    throw new ArgumentError({ where, argument, got, expected: 'a number ≥ 0' });
  }
}

function positive(where: string, argument: string, got: number): void {
  if (!(got > 0 && Number.isFinite(got))) {
    throw new ArgumentError({ where, argument, got, expected: 'a number > 0' });
  }
}
