/** A learning rate as a function of time, where time counts steps or epochs from 0. */
export interface Schedule {
  /** The learning rate at time `t` ≥ 0. */
  at(t: number): number;
  /** Plain JSON from which {@link scheduleFromConfig} makes an equal schedule. */
  getConfig(): ScheduleConfig;
}

/** What `getConfig` of a {@link Schedule} gives: the schedule's kind and its options. */
export type ScheduleConfig =
  | ({ readonly kind: 'constant' } & ConstantOptions)
  | ({ readonly kind: 'step' } & StepOptions)
  | ({ readonly kind: 'exponential' } & ExponentialOptions)
  | ({ readonly kind: 'cosine' } & CosineOptions)
  | ({ readonly kind: 'piecewise' } & PiecewiseOptions)
  | { readonly kind: 'linearWarmUp'; readonly length: number; readonly schedule: ScheduleConfig };

/** Options of {@link constantSchedule}. */
export interface ConstantOptions {
  /** The learning rate, ≥ 0. */
  readonly rate: number;
}

/** Options of {@link stepSchedule}. */
export interface StepOptions {
  /** The learning rate at the start, ≥ 0. */
  readonly initialRate: number;
  /** What the rate is multiplied by at each drop, > 0. */
  readonly factor: number;
  /** The time from one drop to the next, > 0. */
  readonly every: number;
}

/** Options of {@link exponentialSchedule}. */
export interface ExponentialOptions {
  /** The learning rate at the start, ≥ 0. */
  readonly initialRate: number;
  /** What the rate is multiplied by over one unit of time, > 0. */
  readonly factor: number;
}

/** Options of {@link cosineSchedule}. */
export interface CosineOptions {
  /** The learning rate at the start, ≥ 0. */
  readonly initialRate: number;
  /** The learning rate from `length` on, ≥ 0. */
  readonly finalRate: number;
  /** How long the descent takes, > 0. */
  readonly length: number;
}

/** Options of {@link piecewiseSchedule}. */
export interface PiecewiseOptions {
  /** The times at which the rate changes, rising. */
  readonly boundaries: readonly number[];
  /** The rates before, between and after the boundaries, ≥ 0: one more than there are boundaries. */
  readonly rates: readonly number[];
}
