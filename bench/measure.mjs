import { concatenate } from './data.mjs';
import { Unavailable } from './peers/unavailable.mjs';

/** A turn lasts at least this long: short steps are repeated in it. */
const TURN = 20;

/**
 * Runs one case: the contenders prove that they compute the same, warm up, then take turns.
 *
 * @param contenders The first is ours. One with `other` does other work of the same size, whose result is not compared.
 * @param rounds Turns at most for each; one that needs more than `seconds` for them gets fewer, but one at least.
 * @returns For each contender its name and either `milliseconds` (one number a round), or a `note` why it has none.
 */
export async function measure({ contenders, tolerance = 1e-4, steps = 1 }, { rounds, seconds, slow }) {
  const entries = [];
  let reference;
  for (const { name, slow: isSlow, other, start } of contenders) {
    const entry = { name };
    entries.push(entry);
    if (isSlow && !slow) {
      entry.note = 'left out: takes minutes, add --slow';
      continue;
    }
    try {
      entry.runner = await start();
      const values = await valuesOf(entry, steps);
      reference ??= { name, values };
      entry.difference = difference(values, reference.values);
      if (!other && !(entry.difference <= tolerance)) {
        entry.wrong = true;
        entry.note = `differs from ${reference.name} by ${entry.difference.toExponential(1)}`;
      }
    } catch (error) {
      entry.note = reason(error);
    }
  }
  const running = entries.filter(({ note }) => !note);
  for (const entry of running) await warmUp(entry, { rounds, seconds });
  for (let round = 0; round < rounds; round++) {
    for (const entry of running) if (round < entry.rounds) entry.milliseconds.push(await takeTurn(entry));
  }
  for (const { runner } of entries) await runner?.stop();
  return entries.map(({ runner, rounds, repeats, once, ...result }) => result);
}

async function valuesOf(entry, steps) {
  const all = [];
  for (let step = 0; step < steps; step++) {
    const begin = performance.now();
    all.push(await entry.runner.values());
    entry.once = performance.now() - begin;
  }
  return concatenate(all);
}

/** The largest difference as a fraction of the largest magnitude. */
function difference(values, expected) {
  if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let scale = 0;
  for (let i = 0; i < values.length; i++) {
    const distance = Math.abs(values[i] - expected[i]);
    if (Number.isNaN(distance)) return Number.NaN;
    largest = Math.max(largest, distance);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return scale === 0 ? largest : largest / scale;
}

function reason(error) {
  if (error instanceof Unavailable) return `skipped: ${error.message}`;
  const kernel = /Kernel '(\w+)' not registered/.exec(error.message);
  return kernel ? `not supported: no ${kernel[1]}` : `failed: ${error.message}`;
}

/** Lets the engine compile what is hot, and learns how many steps fill a turn and how many turns fit. */
async function warmUp(entry, { rounds, seconds }) {
  const available = 1000 * seconds;
  // A step that fills the time alone is not repeated: the last one that proved the result counts.
  if (entry.once >= available) return Object.assign(entry, { rounds: 0, milliseconds: [entry.once] });
  let step = entry.once;
  for (let i = 0; i < 3 && 4 * step < available; i++) step = await entry.runner.time();
  const repeats = Math.max(1, Math.ceil(TURN / step));
  const fitting = Math.max(1, Math.floor(available / (2 * step * repeats)));
  return Object.assign(entry, { repeats, rounds: Math.min(rounds, fitting), milliseconds: [] });
}

/**
 * Milliseconds a step. Where steps are short, as many go before that are not counted: caches are full of another's numbers, and
 * a process that has slept is slow for some milliseconds.
 */
async function takeTurn({ runner, repeats }) {
  if (repeats > 1) for (let i = 0; i < repeats; i++) await runner.time();
  let sum = 0;
  for (let i = 0; i < repeats; i++) sum += await runner.time();
  return sum / repeats;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Min, median and the median of the round-by-round ratios to ours, for contenders that were timed. */
export function summarize(results) {
  const ours = results[0].milliseconds;
  return results.map((result) => {
    const { milliseconds } = result;
    if (!milliseconds) return result;
    const ratio = ours && median(milliseconds.slice(0, ours.length).map((time, i) => time / ours[i]));
    return { ...result, min: Math.min(...milliseconds), median: median(milliseconds), ratio };
  });
}
