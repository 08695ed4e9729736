/** A window that slides along one axis. */
export interface Window {
  readonly length: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation?: number;
  /** Explicit padding is given for both axes of an image. */
  readonly pad:
    | 'same'
    | 'valid'
    | [height: [before: number, after: number], width: [before: number, after: number]];
  readonly axis: 0 | 1;
}

/** For each output position, which element of the window lies on which element of the input. */
export function windowOver({
  length,
  size,
  stride,
  dilation = 1,
  pad,
  axis,
}: Window): [element: number, at: number][][] {
  const extent = (size - 1) * dilation + 1;
  const same = Math.max(0, (Math.ceil(length / stride) - 1) * stride + extent - length);
  const [before, after] =
    pad === 'valid' ? [0, 0] : pad === 'same' ? [Math.floor(same / 2), Math.ceil(same / 2)] : pad[axis];
  const positions = Math.floor((before + length + after - extent) / stride) + 1;
  return Array.from({ length: positions }, (_, position) =>
    Array.from({ length: size }, (_, element): [number, number] => [
      element,
      position * stride - before + element * dilation,
    ]).filter(([, at]) => at >= 0 && at < length),
  );
}
