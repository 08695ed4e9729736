import { type MetricText, metricText } from '../report/metric-text.ts';
import type { RunEvent } from '../run/run-experiment.ts';

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const HEARTBEAT_MS = 15_000;

/**
 * Shows the events of a run: a bar that redraws itself on a terminal; elsewhere plain lines, one per result and one
 * now and then while a long training goes on.
 */
export function showProgress(directory: string): (event: RunEvent) => void {
  const out = process.stdout;
  const now = () => performance.now();
  let total = 0;
  let done = 0;
  let fresh = 0;
  let started = 0;
  let shown = Number.NEGATIVE_INFINITY;
  let metric = '';
  let text: MetricText;

  const write = (line: string) => console.log(`${out.isTTY ? '\r\x1b[K' : ''}${line}`);
  const remaining = (fraction: number) => {
    const advanced = fresh + fraction;
    if (advanced === 0) return '';
    return ` · ${duration(((now() - started) / 1000 / advanced) * (total - done - fraction))} left`;
  };

  return (event) => {
    if (event.kind === 'start') {
      ({ done, total } = event);
      started = shown = now();
      metric = event.record.about.metric.name;
      text = metricText(event.record.about.metric);
      const { data } = event.record.settings;
      write(`${event.record.about.title}`);
      write(`${data.name}, ${data.train} samples · ${event.record.environment.device} · ${total} trainings`);
      write(`Results: ${directory}`);
      if (done > 0) write(`${done} of them are done already`);
    } else if (event.kind === 'result') {
      done = event.done;
      fresh++;
      const { variant, seed, metrics, seconds } = event.result;
      const place = `${String(done).padStart(String(total).length)}/${total}`;
      write(`${place}  ${variant} seed ${seed}  ${text.withUnit(metrics[metric]!)}  ${seconds.toFixed(1)} s`);
      shown = out.isTTY ? Number.NEGATIVE_INFINITY : now();
    } else {
      if (now() - shown < (out.isTTY ? REDRAW_MS : HEARTBEAT_MS)) return;
      shown = now();
      const overall = (done + event.fraction) / total;
      const words = `${event.variant} seed ${event.seed} · ${event.words}${remaining(event.fraction)}`;
      if (out.isTTY) {
        const line = ` ${bar(overall)} ${Math.floor(100 * overall)} % · ${words}`;
        out.write(`\r\x1b[K${line.slice(0, (out.columns || 80) - 1)}`);
      } else write(`${Math.floor(100 * overall)} %  ${words}`);
    }
  };
}

function bar(fraction: number): string {
  const filled = Math.round(BAR_WIDTH * fraction);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
