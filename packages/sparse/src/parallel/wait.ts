import { Control } from './shared-state.ts';

/** About a tenth of a millisecond. */
const LOOKS = 50_000;

// All but `openEpoch` block, which only workers may.

/** Takes the lock, after whoever has it. */
export function lock(control: Int32Array): void {
  while (Atomics.compareExchange(control, Control.lock, 0, 1) !== 0) awaitChange(control, Control.lock, 1);
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
    awaitChange(control, Control.meetings, meeting);
  }
}

/** Waits a little, at most until a word is no longer `value`: awake at first, for to wake a thread takes longer than most meetings. */
function awaitChange(control: Int32Array, word: number, value: number): void {
  for (let i = 0; i < LOOKS; i++) if (Atomics.load(control, word) !== value) return;
  Atomics.wait(control, word, value);
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
