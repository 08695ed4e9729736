export { finishWeights, inputGradient, product, scratchBytes, weightSums } from '../../assembly/product';
