export { gemm, gemmScratch } from '../../assembly/gemm';
