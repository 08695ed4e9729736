import type { Experiment } from '../experiment/experiment.ts';
import { activations } from './activations.ts';
import { dacCifar } from './dac-cifar.ts';
import { dacFriedman } from './dac-friedman.ts';
import { dendriticMnist } from './dendritic-mnist.ts';
import { dropconnectMnist } from './dropconnect-mnist.ts';
import { lotteryTicket } from './lottery-ticket.ts';
import { noiseRobustnessExperiment } from './noise-robustness.ts';
import { permutedMnist } from './permuted-mnist.ts';
import { pynadaXor } from './pynada-xor.ts';
import { sclMnist } from './scl-mnist.ts';
import { splitCifar } from './split-cifar.ts';
import { trulySparse } from './truly-sparse.ts';

/** Every experiment of the lab. */
export const EXPERIMENTS: readonly Experiment[] = [
  activations,
  dacCifar,
  dacFriedman,
  dendriticMnist,
  dropconnectMnist,
  lotteryTicket,
  noiseRobustnessExperiment,
  permutedMnist,
  pynadaXor,
  sclMnist,
  splitCifar,
  trulySparse,
];
