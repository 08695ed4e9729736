export type {
  CurvePoint,
  Experiment,
  Metric,
  Outcome,
  Paper,
  Phase,
  Protocol,
  Scale,
  Task,
  Variant,
} from './experiment/experiment.ts';
export type { Axis, BarChart, HeatMap, LinePicture, Picture } from './experiment/picture.ts';
export {
  type ContinualModel,
  type ContinualRequest,
  type TrainContinualOptions,
  type TrainedContinual,
  trainContinual,
} from './experiment/train-continual.ts';
export {
  type ModelRequest,
  type Trained,
  type TrainModelOptions,
  trainModel,
} from './experiment/train-model.ts';
export { activations } from './experiments/activations.ts';
export { EXPERIMENTS } from './experiments/all.ts';
export { dendriticMnist } from './experiments/dendritic-mnist.ts';
export { lotteryTicket } from './experiments/lottery-ticket.ts';
export { noiseRobustnessExperiment } from './experiments/noise-robustness.ts';
export { permutedMnist } from './experiments/permuted-mnist.ts';
export { learnedNetwork, sclMnist } from './experiments/scl-mnist.ts';
export { splitCifar } from './experiments/split-cifar.ts';
export { type SparseNetworkOptions, sparseNetwork, trulySparse } from './experiments/truly-sparse.ts';
export { renderReport } from './report/render-report.ts';
export { type Row, type Spread, type Summary, summarize } from './report/summarize.ts';
export { type ModelPictures, readPictures } from './run/pictures-file.ts';
export { type Result, readResults } from './run/results-file.ts';
export { type RunEvent, type RunOptions, runExperiment } from './run/run-experiment.ts';
export { type RunRecord, readRunRecord, type Settings } from './run/run-record.ts';
export { UsageError } from './run/usage-error.ts';
