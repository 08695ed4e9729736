import { digits, loadMnist, split } from '@arborize/datasets';
import { type NoiseKind, noiseRobustness, type TicketLevel, type TicketPruning } from '@arborize/sparse';
import type { CurvePoint, Experiment, Scale, Variant } from '../experiment/experiment.ts';
import type { Picture } from '../experiment/picture.ts';
import { ticketsOf } from './ticket-training.ts';

const KINDS: readonly NoiseKind[] = ['constant', 'zero', 'gaussian', 'uniform'];
const NOISE = [0, 0.1, 0.2, 0.3, 0.4, 0.5];

const HIDDEN: Record<Scale, readonly number[]> = { small: [100, 50], paper: [300, 100] };
const PRUNE: Record<Scale, TicketPruning> = {
  small: { fraction: 0.2, scope: 'layer' },
  paper: { fraction: 0.125, scope: 'layer' },
};

/** What the work that asked the question trained: pixels of mean 0 and variance 1, biases as large, some decay. */
const PUBLISHED = {
  kernels: 'glorotNormal',
  biases: 1,
  inputs: { mean: 0.1307, deviation: 0.3081 },
  decay: 1e-4,
} as const;

type Density = 'dense' | 'third' | 'tenth' | 'few';

/** After how many prunings all, about a third, a tenth and 3 % of the weights are left. */
const LEVELS: Record<Scale, Record<Density, number>> = {
  small: { dense: 0, third: 5, tenth: 10, few: 15 },
  paper: { dense: 0, third: 8, tenth: 17, few: 26 },
};

/** Whether networks with few weights, as brains have few connections, are told less wrong by broken pixels. */
export const noiseRobustnessExperiment: Experiment = {
  name: 'noise-robustness',
  title: 'Broken pixels: networks with few weights against the dense one',
  question:
    'Does a network that was pruned to 3 % of its weights tell noisy images better than the dense one that it came from?',
  papers: [{ title: 'The role of biology in deep learning', url: 'https://arxiv.org/abs/2209.04425' }],
  notes: [
    'Noise in the test images only: a share of the pixels of each is overwritten by 0.6162, 0, a normal or a uniform number.',
    'The accuracy under noise is the mean over the four kinds and the shares 10 % to 50 %.',
    'Paper: as published, inputs are normalised after the noise, first biases are N(0, 1), and weights decay.',
    'third, tenth and few are the same networks, pruned layer by layer and rewound to their first weights.',
  ],
  metric: { name: 'accuracy', title: 'test accuracy under noise' },
  otherMetrics: [
    { name: 'clean', title: 'without noise' },
    { name: 'density', title: 'weights' },
    ...KINDS.map((name) => ({ name, title: `noise: ${name}` })),
  ],
  curveBy: 'share of pixels overwritten',
  baseline: 'dense',
  variants: { dense: ticket('dense'), third: ticket('third'), tenth: ticket('tenth'), few: ticket('few') },
  protocol: {
    small: {
      optimizer: 'adam',
      batchSize: 100,
      phases: [{ epochs: 8, learningRate: 0.0012 }],
    },
    paper: { optimizer: 'adam', batchSize: 200, phases: [{ epochs: 35, learningRate: 0.0012 }] },
  },
  embedded: () => ({ name: 'digits', ...split(digits({ count: 5000, seed: 0 })) }),
  load: (directory) => loadMnist(directory),
};

/** The network at one density; all of them are stations of one history, which the next variant continues. */
function ticket(which: Density): Variant {
  return async (task) => {
    const stations = LEVELS[task.scale];
    const tickets = ticketsOf(task, {
      hidden: HIDDEN[task.scale],
      levels: stations.few,
      prune: PRUNE[task.scale],
      ...(task.scale === 'paper' && PUBLISHED),
      measure: async ({ model, run, test }) => {
        if (!Object.values(stations).includes(run.level)) return {};
        const measured = await noiseRobustness(model, test.xs, test.ys, { levels: NOISE, seed: task.seed });
        return Object.fromEntries(
          measured.map(({ kind, level, accuracy }) => [`${kind}@${level}`, accuracy]),
        );
      },
    });
    const upTo = stations[which];
    const ticket = (await tickets.run({ upTo }))[upTo]!;
    const curve = NOISE.map((noise): CurvePoint => {
      const kinds = KINDS.map((kind) => [kind, ticket.metrics[`${kind}@${noise}`]!] as const);
      return {
        epoch: noise,
        seconds: 0,
        accuracy: mean(kinds.map(([, value]) => value)),
        ...Object.fromEntries(kinds),
      };
    });
    const noisy = curve.slice(1);
    const over = (name: string) => mean(noisy.map((point) => point[name]!));
    return {
      metrics: {
        accuracy: over('accuracy'),
        clean: ticket.metrics.accuracy!,
        density: ticket.density,
        ...Object.fromEntries(KINDS.map((kind) => [kind, over(kind)])),
      },
      parameters: ticket.kept,
      curve,
      ...(task.seed === 0 && { pictures: [noiseCurves(curve, ticket)] }),
    };
  };
}

function noiseCurves(curve: readonly CurvePoint[], { density }: TicketLevel): Picture {
  return {
    title: `${Number((100 * density).toPrecision(2))} % of the weights`,
    caption: 'Test accuracy by the share of pixels that are overwritten, for each kind of noise.',
    lines: KINDS.map((kind) => ({
      label: kind,
      points: curve.map((point) => [point.epoch, point[kind]!] as const),
    })),
    x: { title: 'share of pixels overwritten' },
    y: { title: 'test accuracy', range: [0, 1] },
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
