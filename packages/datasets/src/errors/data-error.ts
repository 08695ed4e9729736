/** What a {@link DataError} says: which file, what it holds, what it should hold, how to mend it. */
export interface DataFault {
  /** Path or URL of the file or directory. */
  readonly file: string;
  /** What is there, e.g. `'9 bytes'`. */
  readonly found: string;
  /** What would have been right, e.g. `'16 bytes of header'`. */
  readonly expected: string;
  /** What the user can do about it. */
  readonly remedy?: string;
}

/**
 * The error of every loader and parser for data that is missing or broken; its message is made to be shown to users.
 *
 * @example
 * throw new DataError({ file: 'labels.idx', expected: '10 labels', found: '9' });
 * // DataError: labels.idx: expected 10 labels, found 9.
 */
export class DataError extends Error {
  readonly fault: DataFault;

  constructor(fault: DataFault, options?: ErrorOptions) {
    const remedy = fault.remedy ? ` ${fault.remedy}` : '';
    super(`${fault.file}: expected ${fault.expected}, found ${fault.found}.${remedy}`, options);
    this.name = 'DataError';
    this.fault = fault;
  }
}
