import type { RunRecord } from '../run/run-record.ts';
import { type MetricText, metricText } from './metric-text.ts';
import type { Summary } from './summarize.ts';

/** The result in a few plain sentences, with what the number of seeds allows to be said and no more. */
export function findings({ rows, noise }: Summary, { about, settings }: RunRecord): string[] {
  const total = settings.variants.length * settings.seeds;
  const done = rows.reduce((sum, { scores }) => sum + scores.length, 0);
  const [best] = rows;
  const baseline = rows.find(({ variant }) => variant === about.baseline);
  const text = metricText(about.metric);
  const sentences: string[] = [];
  if (done < total) sentences.push(`The run is not finished: ${done} of ${total} trainings are done.`);
  if (best && baseline && best !== baseline) {
    sentences.push(
      `The best mean ${about.metric.title} is ${text.withUnit(best.score.mean)} by ${best.variant}, ` +
        `${text.difference(best.gain!)}${text.differenceUnit} against ${text.withUnit(baseline.score.mean)} of the baseline ${baseline.variant}.`,
    );
  } else if (best && best === baseline) {
    sentences.push(`No variant beats the baseline ${best.variant} with ${text.withUnit(best.score.mean)}.`);
  }
  sentences.push(seedNoise(rows, noise, text));
  const counts = rows.map(({ parameters }) => parameters);
  const apart = Math.max(...counts) / Math.min(...counts) - 1;
  sentences.push(
    apart === 0
      ? 'All variants have the same number of parameters.'
      : apart <= 1
        ? `Parameter counts differ by at most ${(100 * apart).toFixed(1)} %.`
        : `The largest variant has ${Number((apart + 1).toPrecision(2))} times the parameters of the smallest.`,
  );
  return sentences;
}

function seedNoise(rows: Summary['rows'], noise: number, text: MetricText): string {
  if (Number.isNaN(noise)) return 'With one seed the spread is unknown: a difference may be luck.';
  const compared = rows.filter(({ gain }) => gain !== null);
  const clear = compared.filter(({ gain }) => Math.abs(gain!) > noise).length;
  return (
    `Differences below ${text.value(noise)}${text.differenceUnit} (twice the standard error over the seeds) cannot be told from the luck ` +
    `of the seeds; ${clear === 0 ? 'none' : clear} of ${compared.length} variants differ from the baseline by more.`
  );
}
