import { gunzip } from '../idx/gunzip.ts';
import { readLocation } from '../source/read-location.ts';
import type { LoadOptions } from '../source/source.ts';
import { type CsvOptions, type CsvSamples, parseCsv } from './parse-csv.ts';

/**
 * Loads a CSV file, plain or gzipped, as samples; see {@link parseCsv}.
 *
 * @param location Path (in Node) or URL of the file.
 * @param options A checksum goes by the file's name without directories.
 * @throws DataError if the file is missing or broken.
 *
 * @example
 * const { samples, classNames } = await loadCsv('data/iris.csv', { target: 'species' });
 * const { train, test } = split(samples, { fraction: 0.8, seed: 0 });
 */
export async function loadCsv(location: string, options: CsvOptions & LoadOptions): Promise<CsvSamples> {
  const bytes = await gunzip(await readLocation(location, options), location);
  return parseCsv(new TextDecoder().decode(bytes), location, options);
}
