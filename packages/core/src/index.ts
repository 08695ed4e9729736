export { ArgumentError, type ArgumentFault } from './errors/argument-error.ts';
export { Random, type RandomState } from './random/random.ts';
