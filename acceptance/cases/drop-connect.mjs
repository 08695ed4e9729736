import { mean } from '../judge.mjs';

/** Test error in percent, the mean over the seeds. */
const error = (variant) => (scores) => 100 * (1 - mean(scores(variant)));
/** By how many points the error of the first is above that of the second. */
const above = (worse, better) => (scores) => error(worse)(scores) - error(better)(scores);

export default [
  {
    name: 'dropconnect-mnist-1k',
    what: 'test accuracy on MNIST of 784-128-128-10 after 1000 images and 100 epochs',
    experiment: 'dropconnect-mnist',
    data: 'mnist',
    run: { seeds: 3 },
    require: [
      { what: 'DropConnect, mean', measured: (s) => mean(s('dropConnect')), atLeast: 0.904 },
      { what: 'DropConnect under none, points', measured: above('none', 'dropConnect'), atLeast: 1 },
      { what: 'Gaussian, mean', measured: (s) => mean(s('gaussian')), atLeast: 0.902 },
      {
        what: 'one mask a batch above DropConnect, points',
        measured: above('batchMask', 'dropConnect'),
        atLeast: 0.7,
      },
    ],
  },
  {
    name: 'dropconnect-mnist-paper',
    what: 'test accuracy on MNIST of 784-800-800-10, all images, 1020 epochs',
    experiment: 'dropconnect-mnist',
    data: 'mnist',
    takes: 'about fifteen hours for each of five seeds',
    run: { seeds: 5, scale: 'paper', variants: ['none', 'dropConnect'] },
    require: [
      {
        what: 'DropConnect, mean',
        measured: (s) => mean(s('dropConnect')),
        atLeast: 0.987,
        published: 0.988,
      },
      {
        what: 'DropConnect under none, points',
        measured: above('none', 'dropConnect'),
        atLeast: 0,
        published: 0.42,
      },
    ],
  },
];
