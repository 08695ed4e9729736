import type { Protocol } from './experiment.ts';

/** The epochs of all phases together. */
export function totalEpochs({ phases }: Protocol): number {
  return phases.reduce((sum, phase) => sum + phase.epochs, 0);
}

/** The same protocol with `epochs` epochs in all, each phase keeping its share. */
export function withEpochs(protocol: Protocol, epochs: number): Protocol {
  const factor = epochs / totalEpochs(protocol);
  let planned = 0;
  let placed = 0;
  const phases = protocol.phases.map(({ epochs: share, learningRate }) => {
    planned += share * factor;
    const rounded = Math.round(planned) - placed;
    placed += rounded;
    return { epochs: rounded, learningRate };
  });
  return { ...protocol, phases: phases.filter((phase) => phase.epochs > 0) };
}
