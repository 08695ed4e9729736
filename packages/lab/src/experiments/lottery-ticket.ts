import { type Dataset, loadMnist } from '@arborize/datasets';
import type {
  BranchKind,
  LotteryTicket,
  MaskSet,
  Rewind,
  TicketLevel,
  TicketPruning,
  TicketRun,
} from '@arborize/sparse';
import type { Experiment, Outcome, Protocol, Scale, Task, Variant } from '../experiment/experiment.ts';
import type { Picture } from '../experiment/picture.ts';
import { RELEVANT, relevantInputs } from './relevant-inputs.ts';
import { inputsOf, ticketsOf } from './ticket-training.ts';

const LEVELS = 15;
/** Controls are trained at these levels only. */
const CONTROLS = [3, 6, 9, 12, 15];
const SIDE = 28;

/** As the authors of the method pruned: every layer alone, the last one half as fast. */
const PRUNE: Record<Scale, TicketPruning> = {
  small: { fraction: 0.2, scope: 'global' },
  paper: { fraction: 0.2, scope: 'layer', outputFactor: 0.5 },
};

const small: Protocol = {
  optimizer: 'momentum',
  batchSize: 64,
  phases: [
    { epochs: 5, learningRate: 0.05 },
    { epochs: 3, learningRate: 0.005 },
    { epochs: 2, learningRate: 0.0005 },
  ],
};

/** Whether the few weights that are left after pruning again and again are special, by place and by first value. */
export const lotteryTicket: Experiment = {
  name: 'lottery-ticket',
  title: 'Lottery tickets: networks pruned again and again',
  question:
    'How many weights can a network lose, 20 % at a time, before it gets worse; and is it the places of those that are left, or their ' +
    'first values, that count?',
  papers: [
    { title: 'The lottery ticket hypothesis', url: 'https://arxiv.org/abs/1803.03635' },
    { title: 'Comparing rewinding and fine-tuning', url: 'https://arxiv.org/abs/2003.02389' },
    { title: 'The role of biology in deep learning', url: 'https://arxiv.org/abs/2209.04425' },
  ],
  notes: [
    `Level ℓ has 0.8^ℓ of the weights: 51 % at 3, 26 % at 6, 13 % at 9, 6.9 % at 12, 3.5 % at ${LEVELS}; the accuracy is that of the last.`,
    'randomMask, reinit and oneShot are controls with as many weights as the ticket; the first two with as many in each layer.',
    'Embedded data: only 20 of 100 inputs decide the class. relevantShare is the share of first-layer weights that look at them.',
  ],
  metric: { name: 'accuracy', title: 'test accuracy' },
  otherMetrics: [
    { name: 'denseAccuracy', title: 'dense' },
    { name: 'relevantShare', title: 'weights on relevant inputs' },
  ],
  curveBy: 'level',
  baseline: 'dense',
  variants: {
    dense: pruned({}, 0),
    ticket: pruned({}),
    randomMask: control('randomMask'),
    reinit: control('reinit'),
    oneShot: control('oneShot'),
    layerwise: pruned({ scope: 'layer' }),
    lateRewind: pruned({ rewind: { step: 31 } }),
    learningRate: pruned({ rewind: 'learningRate' }),
    fineTune: pruned({ rewind: 'none' }),
  },
  protocol: {
    small,
    paper: { optimizer: 'adam', batchSize: 60, phases: [{ epochs: 50, learningRate: 0.0012 }] },
  },
  embedded: () => relevantInputs({ train: 4000, test: 2000, seed: 0 }),
  load: (directory) => loadMnist(directory),
};

interface Change {
  readonly rewind?: Rewind;
  readonly scope?: 'layer';
}

function tickets(task: Task, { rewind, scope }: Change): LotteryTicket {
  return ticketsOf(task, {
    hidden: inputsOf(task.data) < 200 ? [200, 100] : [300, 100],
    levels: LEVELS,
    // As the authors of the method began.
    ...(task.scale === 'paper' && { kernels: 'glorotNormal' as const }),
    prune: { ...PRUNE[task.scale], ...(scope && { scope }) },
    rewind,
    measure: async ({ run }) => relevantShare(task.data, run),
  });
}

/** A network that is pruned after each training, up to a level: at 0 the dense one, with which all tickets begin. */
function pruned(change: Change, upTo = LEVELS): Variant {
  return async (task) => {
    const last: { masks: MaskSet | null } = { masks: null };
    const levels = await tickets(task, change).run({
      upTo,
      onLevel: (_, { masks }) => Object.assign(last, { masks }),
    });
    const drawn = last.masks && task.seed === 0 ? pictures(task, last.masks, levels) : [];
    return outcome(levels[0]!, levels.at(-1)!, levels, drawn);
  };
}

function control(kind: BranchKind): Variant {
  return async (task) => {
    const trained = tickets(task, {});
    const levels = await trained.run();
    const points: TicketLevel[] = [];
    for (const level of CONTROLS) {
      points.push({ ...levels[level]!, metrics: await trained.branch(kind, level) });
    }
    return outcome(levels[0]!, points.at(-1)!, [levels[0]!, ...points], []);
  };
}

function outcome(
  dense: TicketLevel,
  last: TicketLevel,
  levels: readonly TicketLevel[],
  pictures: readonly Picture[],
): Outcome {
  return {
    metrics: { denseAccuracy: dense.metrics.accuracy!, density: last.density, ...last.metrics },
    parameters: last.kept,
    curve: levels.map(({ level, density, metrics }) => ({ epoch: level, seconds: 0, density, ...metrics })),
    pictures,
  };
}

/** The share of the first layer's weights that look at inputs which matter; where that is known. */
function relevantShare(data: Dataset, { masks }: TicketRun): Record<string, number> {
  if (data.name !== 'relevant inputs') return {};
  if (!masks) return { relevantShare: RELEVANT / inputsOf(data) };
  const counts = inputCounts(masks, inputsOf(data));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, count) => total + count, 0);
  return { relevantShare: sum(counts.slice(0, RELEVANT)) / sum(counts) };
}

/** How many weights of the first layer look at each input. */
function inputCounts(masks: MaskSet, inputs: number): number[] {
  const { bits, shape } = masks.get(masks.names[0]!)!;
  const units = shape[1]!;
  const counts = new Array<number>(inputs).fill(0);
  for (let i = 0; i < inputs * units; i++) counts[Math.floor(i / units)]! += (bits[i >> 3]! >> (i & 7)) & 1;
  return counts;
}

function pictures({ data }: Task, masks: MaskSet, levels: readonly TicketLevel[]): Picture[] {
  const points = levels.map(({ density, metrics }) => [Math.log2(density), metrics.accuracy!] as const);
  const byDensity: Picture = {
    title: 'Accuracy against density',
    caption: 'From right to left the network loses a fifth of its weights at a time.',
    lines: [{ label: 'test accuracy', points: points.toReversed() }],
    x: { title: 'log₂ of the share of weights that is left' },
    y: { title: 'test accuracy' },
  };
  const counts = inputCounts(masks, inputsOf(data));
  if (counts.length !== SIDE * SIDE) {
    const bars = counts.map((value, i) => ({ label: String(i), value }));
    const caption = `The first ${RELEVANT} inputs decide the class.`;
    return [byDensity, { title: 'Weights left on each input', caption, bars, x: { title: 'input' } }];
  }
  const cells = Array.from({ length: SIDE }, (_, row) => counts.slice(row * SIDE, (row + 1) * SIDE));
  return [byDensity, { title: 'Weights left on each pixel', cells }];
}
