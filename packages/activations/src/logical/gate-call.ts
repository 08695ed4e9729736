import { util } from '@tensorflow/tfjs-core';

/** A logical gate: conjunction, disjunction or even parity. */
export type Gate = 'and' | 'or' | 'xnor';

/** How several gates share the groups: every group through every gate, or each gate an equal run of groups. */
export type GateStrategy = 'duplicate' | 'partition';

/** A function of the members of a group; `'or'` is piecewise linear, `'exactOr'` is the log-odds it approximates. */
export type GroupFunction = Gate | 'exactAnd' | 'exactOr' | 'exactXnor' | 'max' | 'min';

/** One function of groups, and the affine map of its output: scale · f(group) + shift. */
export interface ScaledGate {
  readonly gate: GroupFunction;
  readonly scale: number;
  readonly shift: number;
}

/** The attributes of the ops below {@link logicalActivation}; all of them checked. */
export interface GateCall {
  readonly gates: readonly ScaledGate[];
  readonly strategy: GateStrategy;
  /** Adjacent channels in a group. */
  readonly k: number;
  /** The channel axis, ≥ 0. */
  readonly axis: number;
  /** τ in τ·f(z/τ), for the exact gates. */
  readonly temperature: number;
}

/** The run of groups that one gate serves, and where in the output's channels its results begin. */
export interface GateRun extends ScaledGate {
  readonly first: number;
  readonly count: number;
  readonly at: number;
}

/** A call seen as z: [outer, groups, k, inner] → y: [outer, width, inner]. */
export interface GateLayout {
  readonly outer: number;
  readonly groups: number;
  readonly inner: number;
  readonly width: number;
  readonly runs: readonly GateRun[];
  readonly outputShape: readonly number[];
}

export function gateLayout(shape: readonly number[], { gates, strategy, k, axis }: GateCall): GateLayout {
  const groups = shape[axis]! / k;
  const outer = util.sizeFromShape(shape.slice(0, axis));
  // The groups of a lone gate need no rows: all of them follow each other in z and in y.
  const [rows, perRow] = gates.length === 1 ? [1, outer * groups] : [outer, groups];
  const duplicate = strategy === 'duplicate';
  const count = duplicate ? perRow : perRow / gates.length;
  const runs = gates.map((gate, i) => ({ ...gate, first: duplicate ? 0 : i * count, count, at: i * count }));
  return {
    outer: rows,
    groups: perRow,
    inner: util.sizeFromShape(shape.slice(axis + 1)),
    width: count * gates.length,
    runs,
    outputShape: shape.with(axis, duplicate ? groups * gates.length : groups),
  };
}
