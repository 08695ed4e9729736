/** How images are padded; explicit padding is given for rows and columns, or as one number for all sides. */
export type Padding =
  | 'same'
  | 'valid'
  | number
  | [rows: [before: number, after: number], columns: [before: number, after: number]];

/** A window that slides along one axis of an image: 0 for its rows, 1 for its columns. */
export interface Window {
  readonly length: number;
  readonly size: number;
  readonly stride: number;
  readonly pad: Padding;
  readonly axis: 0 | 1;
}

/** For each output position, which element of the window lies on which element of the input. */
export function windowOver({ length, size, stride, pad, axis }: Window): [element: number, at: number][][] {
  const same = Math.max(0, (Math.ceil(length / stride) - 1) * stride + size - length);
  const [before, after] =
    pad === 'same'
      ? [Math.floor(same / 2), Math.ceil(same / 2)]
      : typeof pad === 'object'
        ? pad[axis]
        : pad === 'valid'
          ? [0, 0]
          : [pad, pad];
  const positions = Math.floor((before + length + after - size) / stride) + 1;
  return Array.from({ length: positions }, (_, position) =>
    Array.from({ length: size }, (_, element): [number, number] => [
      element,
      position * stride - before + element,
    ]).filter(([, at]) => at >= 0 && at < length),
  );
}
