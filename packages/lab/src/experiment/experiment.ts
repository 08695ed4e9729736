import type { CheckpointStorage } from '@arborize/core';
import type { Dataset } from '@arborize/datasets';
import type { Picture } from './picture.ts';

/** `small`: minutes on a laptop. `paper`: the setting of the published work. */
export type Scale = 'small' | 'paper';

/** A stretch of training at one learning rate. */
export interface Phase {
  readonly epochs: number;
  readonly learningRate: number;
}

/** How every variant of an experiment is trained, unless it says otherwise. */
export interface Protocol {
  /** `momentum` is stochastic gradient descent with a momentum of 0.9. */
  readonly optimizer: 'adam' | 'sgd' | 'momentum' | 'rmsprop';
  readonly batchSize: number;
  readonly phases: readonly Phase[];
}

/** A number that a training gives and the report shows. */
export interface Metric {
  /** Its key in `Outcome.metrics` and, if it is there, in the points of the learning curve. */
  readonly name: string;
  /** How the report calls it, e.g. `'test accuracy'`. */
  readonly title: string;
  /** `'percent'` shows a fraction in percent, `'number'` the number as it is. Default `'percent'`. */
  readonly format?: 'percent' | 'number';
  /** Digits behind the point. Default 2 in percent, 4 for a number. */
  readonly decimals?: number;
  /** Default `'higher'`. */
  readonly better?: 'higher' | 'lower';
}

/** The published work behind an experiment. */
export interface Paper {
  readonly title: string;
  readonly url: string;
}

/** The state of a training at one point, mostly after an epoch; besides these, what was measured, by name. */
export interface CurvePoint {
  /** Position on the x axis: the epoch, or what the experiment's `curveBy` names. */
  readonly epoch: number;
  /** Training time since the point before, evaluation excluded. */
  readonly seconds: number;
  readonly [measure: string]: number;
}

/** What one training gave. */
export interface Outcome {
  /** The experiment's metrics by name, and whatever else is worth keeping in `results.jsonl`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Trainable parameters. */
  readonly parameters: number;
  /** The learning curve; empty where there is none to show. */
  readonly curve: readonly CurvePoint[];
  /** What the trained model looks like; kept in a file of its own. Mostly those of the first seed tell enough. */
  readonly pictures?: readonly Picture[];
}

/** What a variant is given to train one model. */
export interface Task {
  readonly data: Dataset;
  readonly scale: Scale;
  readonly protocol: Protocol;
  /** Source of everything random: equal seeds must give equal outcomes on one backend. */
  readonly seed: number;
  /** Where a training may keep its state, to go on after a kill; one that does not starts again. */
  readonly storage?: CheckpointStorage;
  /** Call it as training advances, with a fraction in [0, 1] and a few words. */
  readonly progress: (fraction: number, words: string) => void;
}

/** Trains one model and measures it. */
export type Variant = (task: Task) => Promise<Outcome>;

/**
 * One question, asked by training variants of a model on the same data under the same protocol.
 *
 * Variants should have matching parameter counts; the report shows the counts.
 */
export interface Experiment {
  /** The word typed after `arborize run`. */
  readonly name: string;
  readonly title: string;
  /** What it asks, in one or two sentences. */
  readonly question: string;
  readonly papers: readonly Paper[];
  /** What the report must say beside the numbers, one sentence each, e.g. that a variant has its own learning rate. */
  readonly notes?: readonly string[];
  /** The number by which variants are compared. */
  readonly metric: Metric;
  /** More columns of the table. */
  readonly otherMetrics?: readonly Metric[];
  /** What the points of the learning curve count, e.g. `'task'` or `'step'`. Default `'epoch'`. */
  readonly curveBy?: string;
  /** The variant the others are compared with. */
  readonly baseline: string;
  readonly variants: Readonly<Record<string, Variant>>;
  readonly protocol: Readonly<Record<Scale, Protocol>>;
  /** The data used when the user names none: generated, always the same. */
  readonly embedded: (scale: Scale) => Dataset | Promise<Dataset>;
  /** Reads the data from the user's directory; left out, the experiment takes no `--data`. */
  readonly load?: (directory: string, scale: Scale) => Promise<Dataset>;
  /** Pictures of what is compared, drawn once per run; those of trained models come with their outcomes. */
  readonly pictures?: () => Promise<readonly Picture[]>;
}
