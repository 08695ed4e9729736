import { mean } from '../judge.mjs';

const gain = (better, worse, metric) => (scores) => mean(scores(better)) - mean(scores(worse, metric));

export default [
  {
    name: 'lottery-ticket',
    what: 'test accuracy of a network that lost 20 % of its weights fifteen times, where 20 of 100 inputs matter',
    experiment: 'lottery-ticket',
    run: { seeds: 3, variants: ['ticket', 'randomMask', 'reinit'] },
    require: [
      {
        what: 'ticket over dense',
        measured: gain('ticket', 'ticket', 'denseAccuracy'),
        atLeast: 0.03,
        published: 0.078,
      },
      {
        what: 'ticket over random places',
        measured: gain('ticket', 'randomMask'),
        atLeast: 0.2,
        published: 0.385,
      },
      {
        what: 'ticket over other first weights',
        measured: gain('ticket', 'reinit'),
        atLeast: 0.03,
        published: 0.081,
      },
      {
        what: 'share of first-layer weights on relevant inputs',
        measured: (scores) => scores('ticket', 'relevantShare'),
        atLeast: 0.4,
        published: 0.53,
      },
    ],
  },
];
