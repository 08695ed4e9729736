import { descend } from './descend.ts';
import type { Task } from './messages.ts';
import type { Replica } from './replica.ts';
import { retainValid } from './retain-valid.ts';
import { Control, sizeOf } from './shared-state.ts';
import { awaitEpochs, lock, meet, unlock } from './wait.ts';

/** Brings the gradients of one batch into the shared model, and the model to the replica. `false` when there is no more to do. */
export type Exchange = (gradients: Float32Array[], logs: readonly number[]) => boolean;

/**
 * Each worker makes its update when it comes; the server, which the last update of an epoch calls, works under that worker's lock.
 *
 * @param callServer Must not wait for an answer.
 */
export function asynchronous(task: Task, replica: Replica, callServer: () => void): Exchange {
  const { state, rule, worker, updates, together } = task;
  const { control, rate, parameters, topologies } = state;
  return (gradients, logs) => {
    lock(control);
    const epochs = Atomics.load(control, Control.epochs);
    if (epochs < together) {
      if (replica.isStale) {
        const current = replica.sharedTopologies();
        for (const [i, { parameter }] of topologies.entries()) {
          gradients[parameter] = retainValid(gradients[parameter]!, replica.topologies[i]!, current[i]!);
        }
      }
      for (const [i, { weights, moments }] of parameters.entries()) {
        const size = sizeOf(state, i);
        descend(weights.subarray(0, size), moments.subarray(0, size), gradients[i]!, rate[0]!, rule);
      }
      addLogs(state.logs[worker]!, logs);
      if ((Atomics.add(control, Control.updates, 1) + 1) % updates === 0) {
        callServer();
        awaitEpochs(control, epochs + 1);
      }
    }
    replica.load();
    unlock(control);
    return Atomics.load(control, Control.epochs) < together;
  };
}

/** All workers make one update of the mean of their gradients, each a part of it. */
export function synchronous(task: Task, replica: Replica, callServer: () => void): Exchange {
  const { state, rule, worker, workers, batches, together } = task;
  const { control, rate, parameters } = state;
  let rounds = 0;
  return (gradients, logs) => {
    for (const [i, gradient] of gradients.entries()) parameters[i]!.gradients[worker]!.set(gradient);
    addLogs(state.logs[worker]!, logs);
    meet(control, workers);
    for (const [i, parameter] of parameters.entries()) {
      const [from, to] = [worker, worker + 1].map((k) => Math.floor((sizeOf(state, i) * k) / workers));
      const own = (all: Float32Array) => all.subarray(from, to);
      const mean = own(parameter.gradients[0]!);
      average(mean, parameter.gradients.slice(1).map(own));
      descend(own(parameter.weights), own(parameter.moments), mean, rate[0]!, rule);
    }
    const epochs = Atomics.load(control, Control.epochs);
    meet(control, workers);
    if (++rounds % batches === 0) {
      if (worker === 0) callServer();
      awaitEpochs(control, epochs + 1);
    }
    replica.load();
    return Atomics.load(control, Control.epochs) < together;
  };
}

/** The mean of some gradients, in place of the first; in the order of the workers, so that the bits do not depend on who came first. */
function average(first: Float32Array, others: readonly Float32Array[]): void {
  if (others.length === 0) return;
  for (const gradient of others) for (let i = 0; i < first.length; i++) first[i]! += gradient[i]!;
  for (let i = 0; i < first.length; i++) first[i]! /= others.length + 1;
}

function addLogs(sums: Float64Array, logs: readonly number[]): void {
  for (const [i, value] of logs.entries()) sums[i]! += value;
  sums[logs.length]!++;
}
