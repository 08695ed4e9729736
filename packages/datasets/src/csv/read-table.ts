import Papa from 'papaparse';
import { DataError } from '../errors/data-error.ts';

/** Rows of text cells under named columns. */
export interface Table {
  /** How errors call the file. */
  readonly name: string;
  /** The cells of each column, from the first row of data on. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** Where each row of data stands in the file, counted from 1. */
  readonly rowNumbers: readonly number[];
}

export interface TableOptions {
  /** Whether the first row names the columns; if not, they are called `'0'`, `'1'`, … Default `true`. */
  readonly header?: boolean;
  /** Default: guessed from the text. */
  readonly delimiter?: string;
}

/** @throws DataError if quotes are broken, rows differ in length, two columns share a name or there is no row of data. */
export function readTable(
  text: string,
  name: string,
  { header = true, delimiter = '' }: TableOptions,
): Table {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  const quoting = errors.find(({ type }) => type === 'Quotes');
  if (quoting) {
    const row = quoting.row! + 1;
    throw new DataError({ file: name, expected: `well-formed quotes in row ${row}`, found: quoting.message });
  }
  const rows = data
    .map((cells, i) => ({ cells: cells.map((cell) => cell.trim()), row: i + 1 }))
    .filter(({ cells }) => cells.length > 1 || cells[0] !== '');
  const names = header ? rows.shift()?.cells : rows[0]?.cells.map((_, j) => String(j));
  if (!names || rows.length === 0) {
    throw new DataError({ file: name, expected: 'at least one row of data', found: 'none' });
  }
  const twice = names.find((column, j) => names.indexOf(column) !== j);
  if (twice !== undefined) {
    throw new DataError({
      file: name,
      expected: 'columns of different names',
      found: `two called '${twice}'`,
    });
  }
  const uneven = rows.find(({ cells }) => cells.length !== names.length);
  if (uneven) {
    const expected = `${names.length} cells in row ${uneven.row}`;
    throw new DataError({ file: name, expected, found: `${uneven.cells.length}` });
  }
  return {
    name,
    columns: new Map(names.map((column, j) => [column, rows.map(({ cells }) => cells[j]!)])),
    rowNumbers: rows.map(({ row }) => row),
  };
}
