export { ActiveDendriteConv2D, type ActiveDendriteConv2DOptions } from './active/active-dendrite-conv-2d.ts';
export { ActiveDendriteDense, type ActiveDendriteDenseOptions } from './active/active-dendrite-dense.ts';
export { ContextTable, type ContextTableOptions } from './active/context-table.ts';
export type { DendriteOptions } from './active/dendrite-options.ts';
export { type DendriticGateOptions, dendriticGate } from './active/dendritic-gate.ts';
export { type DendriticLeNetOptions, dendriticLeNet } from './active/dendritic-le-net.ts';
export { type DendriticMLPOptions, dendriticMLP } from './active/dendritic-mlp.ts';
export { forContext } from './active/for-context.ts';
export type { GateMode } from './active/gate-mode.ts';
export { gateValues } from './active/gate-values.ts';
export type { HoldOptions } from './active/held-layer.ts';
export { type SegmentActivationsOptions, segmentActivations } from './active/segment-activations.ts';
export type { SegmentInitializer } from './active/segment-initializers.ts';
export { winningSegments } from './active/winning-segments.ts';
export { type DendriticClassifierOptions, dendriticClassifier } from './branching/dendritic-classifier.ts';
export { DendriticDense, type DendriticDenseOptions } from './branching/dendritic-dense.ts';
export { type DendriticTreeOptions, dendriticTree } from './branching/dendritic-tree.ts';
export { type MatchingMlpOptions, matchingMlpWidth } from './branching/matching-mlp-width.ts';
export { TreeHeNormal, type TreeHeNormalOptions } from './branching/tree-he-normal.ts';
export { type TreeParameters, treeParameterCount } from './branching/tree-parameter-count.ts';
export { type MaskedLevel, weightsFromMasked } from './branching/weights-from-masked.ts';
export {
  type AccuracyMatrix,
  backwardTransfer,
  finalAccuracy,
  forgetting,
} from './continual/accuracy-matrix.ts';
export { ClusterContext, type ClusterContextOptions } from './continual/cluster-context.ts';
export type { ContextSource } from './continual/context-source.ts';
export type { ContinualProgress, ContinualTrainerOptions } from './continual/continual-options.ts';
export type { ContinualTask, LabelledTensors } from './continual/continual-task.ts';
export { ContinualTrainer } from './continual/continual-trainer.ts';
export { GivenContext, oneHotContext } from './continual/given-context.ts';
export { type PermutedTasksOptions, permutedTasks } from './continual/permuted-tasks.ts';
export { PrototypeContext, type PrototypeContextOptions } from './continual/prototype-context.ts';
export { type ClassSplit, type SplitClassesOptions, splitClasses } from './continual/split-classes.ts';
export {
  SynapticIntelligence,
  type SynapticIntelligenceOptions,
} from './continual/synaptic-intelligence.ts';
export { unitUse, useOverlap } from './continual/unit-use.ts';
export { biasSpread } from './dac/bias-spread.ts';
export type { ConnectionOptions } from './dac/connect.ts';
export { type Convolution1DOptions, dacConv1d } from './dac/dac-conv-1d.ts';
export { DACConv1D, type DACConv1DOptions } from './dac/dac-conv-1d-layer.ts';
export { type ConvolutionOptions, dacConv2d } from './dac/dac-conv-2d.ts';
export { DACConv2D, type DACConv2DOptions } from './dac/dac-conv-2d-layer.ts';
export type { DacConvLayerOptions } from './dac/dac-conv-options.ts';
export { DACDense, type DACDenseOptions } from './dac/dac-dense.ts';
export { dacMatMul } from './dac/dac-mat-mul.ts';
export { type DacMLPOptions, dacMLP } from './dac/dac-mlp.ts';
export type { DacLayerOptions } from './dac/dac-options.ts';
export { type DacResNetOptions, dacResNet } from './dac/dac-res-net.ts';
export { type Conv2DPair, fromConv2D } from './dac/from-conv-2d.ts';
export { type DensePair, fromDense } from './dac/from-dense.ts';
export type { InnerActivation } from './dac/inner-activations.ts';
export { suggestGroups } from './dac/suggest-groups.ts';
export { toShared } from './dac/to-shared.ts';
export { boostDecay } from './k-winners/boost-decay.ts';
export { dutyCycleEntropy } from './k-winners/duty-cycle.ts';
export {
  type BoostMode,
  type KWinners2dOptions,
  type KWinnersOptions,
  kWinners,
  kWinners2d,
} from './k-winners/k-winners.ts';
export { KWinners2D, type KWinners2DLayerOptions } from './k-winners/k-winners-2d-layer.ts';
export { KWinners } from './k-winners/k-winners-layer.ts';
export type { KWinnersLayerOptions } from './k-winners/k-winners-options.ts';
export { type PyramidalOptions, pyramidal } from './pyramidal/pyramidal.ts';
export { PyramidalConv1D, type PyramidalConv1DOptions } from './pyramidal/pyramidal-conv-1d.ts';
export { PyramidalConv2D, type PyramidalConv2DOptions } from './pyramidal/pyramidal-conv-2d.ts';
export { PyramidalDense, type PyramidalDenseOptions } from './pyramidal/pyramidal-dense.ts';
export type { PyramidalLayerOptions } from './pyramidal/pyramidal-options.ts';
export { PyramidalSoma, type PyramidalSomaOptions } from './pyramidal/pyramidal-soma.ts';
export type { SomaOptions } from './pyramidal/soma.ts';
export { registerDendritic } from './register-dendritic.ts';
export type { SparseOptions } from './sparse-weights/sparse-options.ts';
export { SparseUniform, type SparseUniformOptions } from './sparse-weights/sparse-uniform.ts';
export {
  StaticSparseConv2D,
  type StaticSparseConv2DOptions,
} from './sparse-weights/static-sparse-conv-2d.ts';
export { StaticSparseDense, type StaticSparseDenseOptions } from './sparse-weights/static-sparse-dense.ts';
