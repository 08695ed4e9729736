export { compact } from './compact/compact.ts';
export { fromDense } from './conversion/from-dense.ts';
export { toDense } from './conversion/to-dense.ts';
export { bernoulliWords } from './drop-connect/bernoulli-words.ts';
export type { DropConnectOptions, DropConnectScaling } from './drop-connect/check-drop-connect.ts';
export { DropConnectDense } from './drop-connect/drop-connect-dense.ts';
export type { DropConnectDenseOptions } from './drop-connect/drop-connect-dense-options.ts';
export {
  type DropConnectGaussianOptions,
  dropConnectGaussian,
} from './drop-connect/drop-connect-gaussian.ts';
export { type DropConnectMatMulOptions, dropConnectMatMul } from './drop-connect/drop-connect-mat-mul.ts';
export { dropConnectMoments, type Moments } from './drop-connect/drop-connect-moments.ts';
export { dropRateSchedule } from './drop-connect/drop-rate-schedule.ts';
export {
  type GaussianActivation,
  type GaussianActivationOptions,
  gaussianActivationMean,
  gaussianActivationMoments,
} from './drop-connect/gaussian-activation.ts';
export { WeightDrop, type WeightDropOptions } from './drop-connect/weight-drop.ts';
export type { DropBy } from './evolution/drop.ts';
export type { GrowBy } from './evolution/evolve-layer.ts';
export { type GranetOptions, granet } from './evolution/granet.ts';
export {
  type ImportancePruningOptions,
  importancePruning,
  pruneUnits,
} from './evolution/importance-pruning.ts';
export { itopMetric } from './evolution/itop-metric.ts';
export { type RiglOptions, rigl } from './evolution/rigl.ts';
export { type SetEvolutionOptions, type SetOptions, setEvolution } from './evolution/set-evolution.ts';
export { type SriglOptions, srigl } from './evolution/srigl.ts';
export type { BreakEven } from './layer/break-even.ts';
export { type CalibrateSparseOptions, calibrateSparse } from './layer/calibrate-sparse.ts';
export type { SparseInitializer } from './layer/initial-values.ts';
export { SparseDense } from './layer/sparse-dense.ts';
export type { SparseDenseOptions } from './layer/sparse-dense-options.ts';
export { LotteryTicket } from './lottery/lottery-ticket.ts';
export type { TicketLevel } from './lottery/ticket-level.ts';
export type {
  BranchKind,
  LotteryTicketOptions,
  Rewind,
  TicketMetrics,
  TicketPruning,
  TicketRun,
} from './lottery/ticket-options.ts';
export { packedZeros } from './packing/packed-zeros.ts';
export { fitParallel, ParallelTrainingError } from './parallel/fit-parallel.ts';
export type { FitParallelOptions, ParallelProgress } from './parallel/fit-parallel-options.ts';
export type { ParallelResult } from './parallel/parallel-server.ts';
export { parallelWorker } from './parallel/parallel-worker.ts';
export type { ParallelWorker } from './parallel/worker-pool.ts';
export { type ErdosRenyiOptions, erdosRenyi } from './pattern/erdos-renyi.ts';
export { type ErkDensitiesOptions, erkDensities } from './pattern/erk-densities.ts';
export {
  type SparseMatrix,
  type SparsePattern,
  sparsePattern,
  topologyOf,
} from './pattern/sparse-pattern.ts';
export type { Topology } from './pattern/topology.ts';
export type { Layout } from './product/product-call.ts';
export { type SampledDenseDenseOptions, sampledDenseDense } from './product/sampled-dense-dense.ts';
export { type SparseDenseMatMulOptions, sparseDenseMatMul } from './product/sparse-dense-mat-mul.ts';
export { applyMasks } from './pruning/apply-masks.ts';
export {
  type GradualPruning,
  type GradualPruningOptions,
  gradualPruning,
} from './pruning/gradual-pruning.ts';
export { type MagnitudeMasksOptions, magnitudeMasks } from './pruning/magnitude-masks.ts';
export type { Mask } from './pruning/mask.ts';
export { type MaskReport, MaskSet, type MaskSetJson } from './pruning/mask-set.ts';
export { maskedOptimizer } from './pruning/masked-optimizer.ts';
export { type PrunableWeightsOptions, prunableWeights } from './pruning/prunable-weights.ts';
export { randomMasks } from './pruning/random-masks.ts';
export {
  type ConstantSparsityOptions,
  constantSparsity,
  type PolynomialSparsityOptions,
  polynomialSparsity,
  type SparsitySchedule,
} from './pruning/sparsity-schedule.ts';
export type { Structure } from './pruning/structure.ts';
export { registerSparse } from './register-sparse.ts';
export { addImpulseNoise, type ImpulseNoiseOptions, type NoiseKind } from './robustness/add-impulse-noise.ts';
export {
  type NoiseAccuracy,
  type NoiseRobustnessOptions,
  noiseRobustness,
} from './robustness/noise-robustness.ts';
export { ConnectivityConv2D, type ConnectivityConv2DOptions } from './scl/connectivity-conv-2d.ts';
export { ConnectivityDense, type ConnectivityDenseOptions } from './scl/connectivity-dense.ts';
export { learnedMasks } from './scl/connectivity-layers.ts';
export { type ConnectivityLearningOptions, connectivityLearning } from './scl/connectivity-learning.ts';
export { foldConnectivity } from './scl/fold-connectivity.ts';
export { type LearnConnectivityOptions, learnConnectivity } from './scl/learn-connectivity.ts';
export { type MaskUpdateOptions, maskUpdate } from './scl/mask-update.ts';
export { maskedKernel } from './scl/masked-kernel.ts';
export {
  type MaskNorm,
  type NormalizeMaskGradientOptions,
  normalizeMaskGradient,
} from './scl/normalize-mask-gradient.ts';
export type { StepProxy } from './scl/proxy.ts';
export { type ProxyOptions, unitStep } from './scl/unit-step.ts';
export type { MaskedLayer } from './to-sparse/find-kernels.ts';
export { type ToSparseOptions, toSparse } from './to-sparse/to-sparse.ts';
