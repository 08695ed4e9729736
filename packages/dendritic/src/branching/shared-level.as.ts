export { forward, inputGradient, scratchBytes, weightGradients } from '../../assembly/shared-level';
