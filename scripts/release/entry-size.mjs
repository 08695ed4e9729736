import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { transformWithEsbuild } from 'vite';

/** The bytes a web page loads for one entry: it and the chunks it loads, minified and compressed; no other package. */
export async function entrySize(entry) {
  const files = new Set([entry]);
  let bytes = 0;
  for (const file of files) {
    const code = readFileSync(file, 'utf8');
    for (const { fileName } of ts.preProcessFile(code).importedFiles) {
      if (fileName.startsWith('.')) files.add(join(dirname(file), fileName));
    }
    const minified = await transformWithEsbuild(code, file, { minify: true, sourcemap: false });
    bytes += gzipSync(minified.code).length;
  }
  return bytes;
}
