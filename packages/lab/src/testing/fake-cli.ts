import { main } from '../cli.ts';
import { permutedMnist } from '../experiments/permuted-mnist.ts';
import { fakeExperiment } from './fake-experiment.ts';

process.exit(await main(process.argv.slice(2), [fakeExperiment, permutedMnist]));
