import { ArgumentError } from '@arborize/core';

export type Shape = (number | null)[];

/** The one shape of a layer's input. */
export function oneShape(where: string, inputShape: Shape | Shape[]): Shape {
  if (!Array.isArray(inputShape[0])) return inputShape as Shape;
  const shapes = inputShape as Shape[];
  if (shapes.length === 1) return shapes[0]!;
  throw shapeFault(where, shapes, 'one shape', 'Concatenate the inputs first.');
}

/** The size of the axis of `shape` that weights belong to; throws where it is unknown or the rank is another. */
export function channelsOf(where: string, shape: Shape, axis: number, rank: number, atLeast = false): number {
  const fits = atLeast ? shape.length >= rank : shape.length === rank;
  if (!fits) {
    const axes = `${atLeast ? 'at least ' : ''}${rank} axes, that of the batch included`;
    const remedy = shape.length > rank ? 'Flatten or reshape the input first.' : 'Reshape the input first.';
    throw shapeFault(where, shape, `a shape with ${axes}`, remedy);
  }
  const channels = shape.at(axis);
  if (typeof channels === 'number' && channels > 0) return channels;
  const expected = `a shape whose axis ${axis < 0 ? axis + shape.length : axis} is known and not empty`;
  throw shapeFault(where, shape, expected, 'Give that axis a size in inputShape.');
}

function shapeFault(where: string, got: unknown, expected: string, remedy: string): ArgumentError {
  return new ArgumentError({ where, argument: 'the input', got, expected, remedy });
}

/** Throws for the padding that stock convolutions accept and do not have. */
export function checkPadding(where: string, padding: string): void {
  if (padding !== 'causal') return;
  const remedy = 'Put zeros in front of the steps by a layer of their own.';
  throw new ArgumentError({
    where,
    argument: 'options.padding',
    got: padding,
    expected: "'valid' or 'same'",
    remedy,
  });
}
