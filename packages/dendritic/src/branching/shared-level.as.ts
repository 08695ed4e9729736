export { biasGradient, forward, inputGradient, kernelGradient, scratchBytes } from '../../assembly/shared-level';
