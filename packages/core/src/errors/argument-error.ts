/** What an {@link ArgumentError} says: which argument of which function, what came, what was expected, how to mend it. */
export interface ArgumentFault {
  /** The public function or class that was called, e.g. `'nish'`. */
  readonly where: string;
  /** The argument at fault, e.g. `'options.k'`. */
  readonly argument: string;
  /** The value that came; shown in short form. */
  readonly got: unknown;
  /** What would have been right, e.g. `'an integer ≥ 2'`. */
  readonly expected: string;
  /** What the caller can do about it. */
  readonly remedy?: string;
}

/**
 * The error of every public function of Arborize for bad input; thrown before any work is done.
 *
 * @example
 * throw new ArgumentError({ where: 'nish', argument: 'variant', got: 'sin', expected: "'product' or 'sinlu'" });
 * // ArgumentError: nish: variant must be 'product' or 'sinlu', got 'sin'.
 */
export class ArgumentError extends Error {
  readonly fault: ArgumentFault;

  constructor(fault: ArgumentFault) {
    const remedy = fault.remedy ? ` ${fault.remedy}` : '';
    super(`${fault.where}: ${fault.argument} must be ${fault.expected}, got ${show(fault.got)}.${remedy}`);
    this.name = 'ArgumentError';
    this.fault = fault;
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (value !== null && typeof value === 'object') {
    if ('shape' in value && 'dtype' in value) return `a ${value.dtype} tensor of shape ${show(value.shape)}`;
    return value.constructor?.name && value.constructor !== Object
      ? value.constructor.name
      : JSON.stringify(value);
  }
  return String(value);
}
