export * from '../../assembly/convolution';
export { epilogue } from '../../assembly/epilogue';
export { gemm, gemmScratch } from '../../assembly/gemm';
