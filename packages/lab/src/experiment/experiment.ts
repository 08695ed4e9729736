import type { Dataset } from '@arborize/datasets';

/** `small`: minutes on a laptop. `paper`: the setting of the published work. */
export type Scale = 'small' | 'paper';

/** A stretch of training at one learning rate. */
export interface Phase {
  readonly epochs: number;
  readonly learningRate: number;
}

/** How every variant of an experiment is trained. */
export interface Protocol {
  readonly optimizer: 'adam' | 'sgd';
  readonly batchSize: number;
  readonly phases: readonly Phase[];
}

/** The number by which variants are compared, always a fraction in [0, 1] shown in percent. */
export interface Metric {
  /** Its key in `Outcome.metrics` and in the points of the learning curve. */
  readonly name: string;
  /** How the report calls it, e.g. `'test accuracy'`. */
  readonly title: string;
}

/** The published work behind an experiment. */
export interface Paper {
  readonly title: string;
  readonly url: string;
}

/** The state of a training after one epoch; besides these, the experiment's metric under its own name. */
export interface CurvePoint {
  readonly epoch: number;
  /** Training time of this epoch, evaluation excluded. */
  readonly seconds: number;
  readonly [measure: string]: number;
}

/** What one training gave. */
export interface Outcome {
  readonly metrics: Readonly<Record<string, number>>;
  /** Trainable parameters. */
  readonly parameters: number;
  readonly curve: readonly CurvePoint[];
}

/** What a variant is given to train one model. */
export interface Task {
  readonly data: Dataset;
  readonly scale: Scale;
  readonly protocol: Protocol;
  /** Source of everything random: equal seeds must give equal outcomes on one backend. */
  readonly seed: number;
  /** Call it as training advances, with a fraction in [0, 1] and a few words. */
  readonly progress: (fraction: number, words: string) => void;
}

/** Trains one model and measures it. */
export type Variant = (task: Task) => Promise<Outcome>;

/** A small plot for the report. */
export interface Picture {
  readonly title: string;
  readonly caption?: string;
  readonly lines: readonly {
    readonly label: string;
    readonly dashed?: boolean;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

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
  readonly metric: Metric;
  /** The variant the others are compared with. */
  readonly baseline: string;
  readonly variants: Readonly<Record<string, Variant>>;
  readonly protocol: Readonly<Record<Scale, Protocol>>;
  /** The data used when the user names none. */
  readonly embedded: () => Dataset | Promise<Dataset>;
  /** Reads the data from the user's directory; left out, the experiment takes no `--data`. */
  readonly load?: (directory: string) => Promise<Dataset>;
  /** Plots for the report, computed once per run. */
  readonly pictures?: () => Promise<readonly Picture[]>;
}
