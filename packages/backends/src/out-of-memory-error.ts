import { currentOp } from './current-op.ts';

/** A tensor that does not fit: what it was for, how large it is, and what would have fitted. */
interface Misfit {
  readonly backend: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Bytes that fit, where that is known. */
  readonly limit?: number;
  /** The name of the kernel, where the op has none. */
  readonly kernel?: string;
}

/**
 * Thrown when a tensor does not fit into the memory of a backend; the message names the op and the shape, and ends with
 * the remedy. The backend goes on working.
 */
export class OutOfMemoryError extends Error {
  /** The TensorFlow.js op that made the tensor. */
  readonly op: string;
  readonly shape: readonly number[];
  readonly bytes: number;

  constructor({ backend, shape, bytes, limit, kernel }: Misfit) {
    const op = currentOp(kernel);
    const reason =
      limit === undefined
        ? 'the device has not that much memory left'
        : `the largest that this device takes has ${inWords(limit)}`;
    super(
      `${op}: a tensor [${shape.join(', ')}] of ${inWords(bytes)} does not fit on '${backend}'; ${reason}. ` +
        'Use smaller batches, dispose of tensors that are done with, or split the work.',
    );
    this.name = 'OutOfMemoryError';
    this.op = op;
    this.shape = shape;
    this.bytes = bytes;
  }
}

function inWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}
