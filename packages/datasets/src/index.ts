export { DataError, type DataFault } from './errors/data-error.ts';
export { type IdxArray, parseIdx } from './idx/parse-idx.ts';
export { loadMnist } from './mnist/load-mnist.ts';
export type { Dataset, Samples } from './samples/samples.ts';
export { type SplitOptions, split } from './samples/split.ts';
export { subset, take } from './samples/subset.ts';
export { type ToTensorsOptions, toTensors } from './samples/to-tensors.ts';
export type { DownloadCache, LoadOptions, ReadProgress } from './source/source.ts';
