import type { Experiment } from '../experiment/experiment.ts';
import { activations } from './activations.ts';

/** Every experiment of the lab. */
export const EXPERIMENTS: readonly Experiment[] = [activations];
