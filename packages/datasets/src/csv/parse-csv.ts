import { DataError } from '../errors/data-error.ts';
import type { Samples } from '../samples/samples.ts';
import { readTable, type Table, type TableOptions } from './read-table.ts';

export interface CsvOptions extends TableOptions {
  /** Column to be predicted. */
  readonly target: string;
  /** Columns to predict from, all numbers. Default: all but the target. */
  readonly features?: readonly string[];
  /** Whether the target names a class or is a number. Default `'classes'`. */
  readonly kind?: 'classes' | 'regression';
  /**
   * The classes in order of their indices; give them where two files must agree. Default: those that occur, sorted, as
   * numbers if all are.
   */
  readonly classNames?: readonly string[];
}

/** A table as samples. */
export interface CsvSamples {
  /** Of shape `[features]`; numbers are as in the file, not scaled. */
  readonly samples: Samples;
  readonly featureNames: readonly string[];
  /** Name of each class, by class index; empty for regression. */
  readonly classNames: readonly string[];
}

/**
 * Reads comma-separated values as samples. Blank lines are left out, blanks around cells are ignored.
 *
 * @param text Content of the file; quotes are those of RFC 4180.
 * @param name How errors call the file.
 * @throws DataError if a column is missing, a row has too few or too many cells, or a cell is not a number; rows are
 *   counted from 1, the header included.
 *
 * @example
 * const { samples, classNames } = parseCsv('width,kind\n0.5,oak\n0.7,elm\n', 'leaves.csv', { target: 'kind' });
 * [samples.shape, samples.ys, classNames]; // [[1], Int32Array [1, 0], ['elm', 'oak']]
 */
export function parseCsv(text: string, name: string, options: CsvOptions): CsvSamples {
  const { target, kind = 'classes' } = options;
  const table = readTable(text, name, options);
  const targets = cells(table, target);
  const featureNames = options.features ?? [...table.columns.keys()].filter((column) => column !== target);
  const inputs = featureNames.map((feature) => numbers(table, feature));
  const classNames = kind === 'regression' ? [] : (options.classNames ?? distinct(targets));
  const count = targets.length;
  const xs = new Float32Array(count * inputs.length);
  for (const [j, values] of inputs.entries()) {
    for (let i = 0; i < count; i++) xs[i * inputs.length + j] = values[i]!;
  }
  const ys = kind === 'regression' ? numbers(table, target) : classIndices(table, target, classNames);
  const samples = { shape: [inputs.length], xs, ys, classes: classNames.length, count };
  return { samples, featureNames, classNames };
}

function cells({ name, columns }: Table, column: string): readonly string[] {
  const found = columns.get(column);
  if (found) return found;
  throw new DataError({
    file: name,
    expected: `a column '${column}'`,
    found: `the columns ${quoted([...columns.keys()])}`,
  });
}

function numbers(table: Table, column: string): Float32Array {
  return Float32Array.from(cells(table, column), (cell, i) => {
    const value = Number(cell);
    if (cell !== '' && Number.isFinite(value)) return value;
    throw cellError(table, column, i, 'a number', cell);
  });
}

function classIndices(table: Table, column: string, classNames: readonly string[]): Int32Array {
  const indices = new Map(classNames.map((className, index) => [className, index]));
  return Int32Array.from(cells(table, column), (cell, i) => {
    const index = indices.get(cell);
    if (index !== undefined) return index;
    throw cellError(table, column, i, `one of ${quoted(classNames)}`, cell);
  });
}

function cellError(table: Table, column: string, i: number, expected: string, cell: string): DataError {
  return new DataError({
    file: table.name,
    expected: `${expected} in row ${table.rowNumbers[i]}, column '${column}'`,
    found: cell === '' ? 'an empty cell' : `'${cell}'`,
  });
}

function distinct(labels: readonly string[]): string[] {
  const names = [...new Set(labels)].sort();
  const areNumbers = names.every((label) => label !== '' && Number.isFinite(Number(label)));
  return areNumbers ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
