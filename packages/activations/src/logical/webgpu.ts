import { runFlatProgram } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { type GateCall, type GateLayout, type GroupFunction, gateLayout } from './gate-call.ts';

/** WGSL of each function's value, of what its slopes share, and of its slope for member i. */
interface GateWgsl {
  readonly value: string;
  readonly shared: string;
  readonly slope: (shared: string) => string;
}

const orGate = (sign: string): GateWgsl => ({
  value: `orValue(${sign})`,
  shared: `orChoice(${sign})`,
  slope: (choice) => `orSlope(${choice}, i, ${sign})`,
});
const maxGate = (sign: string): GateWgsl => ({
  value: `maxValue(${sign})`,
  shared: `maxChoice(${sign})`,
  slope: (choice) => `select(0.0, 1.0, i == ${choice})`,
});
const gates: Partial<Record<GroupFunction, GateWgsl>> = {
  or: orGate('1.0'),
  and: orGate('-1.0'),
  max: maxGate('1.0'),
  min: maxGate('-1.0'),
  xnor: {
    value: 'parityValue()',
    shared: 'leastChoice()',
    slope: (choice) => `select(0.0, signsBut(${choice}), i == ${choice})`,
  },
};

export function forward(z: Tensor, call: GateCall, backend: KernelBackend): TensorInfo | null {
  if (!supported(call)) return null;
  const layout = gateLayout(z.shape, call);
  return runFlatProgram(backend, {
    key: key('LogicalGates', call),
    inputs: { Z: z },
    outputShape: layout.outputShape,
    uniforms: constants(call),
    integers: geometry(layout),
    code: `
      ${members(call.k)}
      fn main(index : i32) {
        if (index >= uniforms.tasks) { return; }
        let nan = loadMembers(index);
        ${eachGate(call, (i) => `result[at${i}] = select(${value(call, i)}, nan, isnan(nan));`)}
      }`,
  });
}

export function backward(z: Tensor, dy: Tensor, call: GateCall, backend: KernelBackend): TensorInfo | null {
  if (!supported(call)) return null;
  const layout = gateLayout(z.shape, call);
  return runFlatProgram(backend, {
    key: key('LogicalGatesGrad', call),
    inputs: { Z: z, Dy: dy },
    outputShape: z.shape,
    uniforms: constants(call),
    integers: geometry(layout),
    code: `
      ${members(call.k)}
      fn main(index : i32) {
        if (index >= uniforms.tasks) { return; }
        loadMembers(index);
        var dz : array<f32, K>;
        ${eachGate(call, (i) => {
          const { shared, slope } = gates[call.gates[i]!.gate]!;
          return `
            let dy = Dy[at${i}] * uniforms.scale${i};
            let chosen = ${shared};
            for (var i = 0; i < K; i++) { dz[i] += dy * ${slope('chosen')}; }`;
        })}
        let base = firstMember(index);
        for (var i = 0; i < K; i++) { result[base + i * uniforms.inner] = dz[i]; }
      }`,
  });
}

function supported(call: GateCall): boolean {
  return call.gates.every(({ gate }) => gate in gates);
}

function key(name: string, { gates, strategy, k }: GateCall): string {
  return [name, strategy, k, ...gates.map(({ gate }) => gate)].join('_');
}

function constants({ gates }: GateCall): Record<string, number> {
  return Object.fromEntries(
    gates.flatMap(({ scale, shift }, i) => [
      [`scale${i}`, scale],
      [`shift${i}`, shift],
    ]),
  );
}

function geometry({ outer, groups, inner, width, runs }: GateLayout): Record<string, number> {
  return { tasks: outer * groups * inner, groups, inner, width, count: runs[0]!.count };
}

function value({ gates: list }: GateCall, i: number): string {
  return `${gates[list[i]!.gate]!.value} * uniforms.scale${i} + uniforms.shift${i}`;
}

/** One block for each gate, which knows its place `at…` in y: all of them, or the one whose run the group is in. */
function eachGate({ gates, strategy }: GateCall, body: (i: number) => string): string {
  const blocks = gates.map((_, i) =>
    strategy === 'duplicate'
      ? `{ let at${i} = y + ${i} * uniforms.count * uniforms.inner; ${body(i)} }`
      : `if (group / uniforms.count == ${i}) { let at${i} = y; ${body(i)} }`,
  );
  return `
    let p = index % uniforms.inner;
    let group = (index / uniforms.inner) % uniforms.groups;
    let row = index / (uniforms.inner * uniforms.groups);
    let y = (row * uniforms.width + group) * uniforms.inner + p;
    ${blocks.join('\n')}`;
}

/** The members of one group in registers, and functions of them. `s` = −1 mirrors OR into AND and max into min. */
function members(k: number): string {
  return `
    const K = ${k};
    var<private> z : array<f32, K>;
    fn firstMember(index : i32) -> i32 {
      return (index / uniforms.inner) * K * uniforms.inner + index % uniforms.inner;
    }
    fn loadMembers(index : i32) -> f32 {
      let base = firstMember(index);
      var nan = 0.0;
      for (var i = 0; i < K; i++) {
        z[i] = Z[base + i * uniforms.inner];
        if (isnan(z[i])) { nan = z[i]; }
      }
      return nan;
    }
    fn maxChoice(s : f32) -> i32 {
      var best = 0;
      for (var i = 1; i < K; i++) { if (s * z[i] > s * z[best]) { best = i; } }
      return best;
    }
    fn maxValue(s : f32) -> f32 { return z[maxChoice(s)]; }
    fn orValue(s : f32) -> f32 {
      var sum = 0.0;
      for (var i = 0; i < K; i++) { sum += max(s * z[i], 0.0); }
      return select(maxValue(s), s * sum, sum > 0.0);
    }
    fn orChoice(s : f32) -> i32 {
      let best = maxChoice(s);
      return select(best, -1, s * z[best] > 0.0);
    }
    fn orSlope(choice : i32, i : i32, s : f32) -> f32 {
      return select(0.0, 1.0, select(i == choice, s * z[i] > 0.0, choice < 0));
    }
    fn leastChoice() -> i32 {
      var least = 0;
      for (var i = 1; i < K; i++) { if (abs(z[i]) < abs(z[least])) { least = i; } }
      return least;
    }
    fn signsBut(skipped : i32) -> f32 {
      var product = ${k % 2 ? '-1.0' : '1.0'};
      for (var i = 0; i < K; i++) { if (i != skipped) { product *= sign(z[i]); } }
      return product;
    }
    fn parityValue() -> f32 {
      let least = leastChoice();
      return signsBut(least) * z[least];
    }`;
}
