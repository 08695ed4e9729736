import { Control } from './shared-state.ts';

// All but `openEpoch` block, which only workers may.

/** Takes the lock, after whoever has it. */
export function lock(control: Int32Array): void {
  while (Atomics.compareExchange(control, Control.lock, 0, 1) !== 0) Atomics.wait(control, Control.lock, 1);
}

export function unlock(control: Int32Array): void {
  Atomics.store(control, Control.lock, 0);
  Atomics.notify(control, Control.lock, 1);
}

/** Waits until every worker has called it. */
export function meet(control: Int32Array, workers: number): void {
  const meeting = Atomics.load(control, Control.meetings);
  if (Atomics.add(control, Control.arrived, 1) === workers - 1) {
    Atomics.store(control, Control.arrived, 0);
    Atomics.add(control, Control.meetings, 1);
    Atomics.notify(control, Control.meetings);
    return;
  }
  while (Atomics.load(control, Control.meetings) === meeting) {
    Atomics.wait(control, Control.meetings, meeting);
  }
}

/** Waits until the server has closed so many epochs. */
export function awaitEpochs(control: Int32Array, epochs: number): void {
  for (let done = Atomics.load(control, Control.epochs); done < epochs; ) {
    Atomics.wait(control, Control.epochs, done);
    done = Atomics.load(control, Control.epochs);
  }
}

/** Lets the workers go on after an epoch that the server has closed. */
export function openEpoch(control: Int32Array): void {
  Atomics.add(control, Control.epochs, 1);
  Atomics.notify(control, Control.epochs);
}
