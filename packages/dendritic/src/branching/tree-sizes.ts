import { ArgumentError } from '@arborize/core';

/** The nodes of one unit on each level and the inputs of each, with a root on top where there are several trees. */
export function treeSizes(
  branching: readonly number[],
  repeats: number,
): { nodes: number; branches: number }[] {
  const factors = repeats === 1 ? branching : [...branching, repeats];
  let nodes = factors.reduce((a, b) => a * b, 1);
  return factors.map((branches) => {
    nodes /= branches;
    return { nodes, branches };
  });
}

/** The inputs of one unit, from the shape that the layer is built for. */
export function inputsPerUnit(
  shape: readonly (number | null)[],
  { units, sharedInput }: { units: number; sharedInput: boolean },
): number {
  const width = shape.at(-1);
  const shown = `[${shape.map(String).join(', ')}]`;
  const fault = (expected: string, remedy?: string) =>
    new ArgumentError({
      where: 'DendriticDense',
      argument: 'the last axis of the input',
      got: width,
      expected: `${expected} in ${shown}`,
      remedy,
    });
  if (shape.length < 2 || typeof width !== 'number' || width < 1)
    throw fault('a known size after that of the batch');
  if (sharedInput) return width;
  if (width % units === 0) return width / units;
  const below = width - (width % units);
  const nearest = below > 0 ? `${below} and ${below + units}` : `${units}`;
  throw fault(
    `a multiple of ${units} units with sharedInput: false`,
    `The nearest valid sizes are ${nearest}.`,
  );
}
