import type { StockProgram } from './stock-backend.ts';

const REPAIRS: readonly (readonly [stock: RegExp, ours: string])[] = [
  // Scattered integers: the bits of a float are added where its value should be.
  [/atomicAdd\(([^,]+), bitcast<i32>\(/g, 'atomicAdd($1, i32('],
  // Transposed integers and truths: they are handed to a function that takes floats, which does not compile.
  [/setOutputAtIndex\(flatIndex, A\[getIndexFromCoords/g, 'result[flatIndex] = (A[getIndexFromCoords'],
];

/** Mends the code of a stock shader, when it is compiled. */
export function repairShader(program: StockProgram): void {
  const stockCode = program.getUserCode;
  program.getUserCode = () =>
    REPAIRS.reduce((code, [stock, ours]) => code.replaceAll(stock, ours), stockCode.call(program));
}
