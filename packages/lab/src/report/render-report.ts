import type { ModelPictures } from '../run/pictures-file.ts';
import type { Result } from '../run/results-file.ts';
import type { RunRecord } from '../run/run-record.ts';
import { comparisonTable } from './comparison-table.ts';
import { curveFigures } from './curve-figures.ts';
import { findings } from './findings.ts';
import { escapeHtml, variantColor } from './html.ts';
import { pictureFigures } from './picture-figures.ts';
import { SCRIPT, STYLE } from './style.ts';
import { summarize } from './summarize.ts';

/** A schedule of more phases than these is told by its ends. */
const MOST_PHASES = 4;

/**
 * Draws the report of a run as one HTML page that needs nothing but itself: the question, the settings, the comparison
 * table, learning curves and pictures.
 *
 * @param modelPictures Of the trained models; those of what was compared are in the record.
 *
 * @example
 * const results = await readResults('runs/first');
 * const pictures = await readPictures('runs/first', results);
 * const html = renderReport(await readRunRecord('runs/first'), results, pictures);
 */
export function renderReport(
  record: RunRecord,
  results: readonly Result[],
  modelPictures: readonly ModelPictures[] = [],
): string {
  const { about, settings, environment, pictures } = record;
  const summary = summarize(record, results);
  const color = (variant: string) =>
    variant === about.baseline
      ? 'var(--ink)'
      : variantColor(settings.variants.indexOf(variant), settings.variants.length);
  const comparison =
    results.length === 0
      ? '<p class="note">No training has finished yet.</p>'
      : `${findings(summary, record)
          .map((sentence) => `<p>${escapeHtml(sentence)}</p>`)
          .join('')}` +
        `${comparisonTable(summary, record, color)}` +
        (summary.rows.some(({ curve }) => Object.keys(curve).length > 0)
          ? `<h2>Learning curves</h2>${curveFigures(summary, record, color)}`
          : '');
  const learned = modelPictures.map(
    ({ variant, seed, pictures: own }) =>
      `<h3 class="of" data-variant="${escapeHtml(variant)}" style="--c:${color(variant)}"><i class="swatch"></i>` +
      `${escapeHtml(variant)}, seed ${seed}</h3>${pictureFigures(own)}`,
  );
  const facts = {
    data: `${settings.data.name}, ${count(settings.data.train)} to train, ${count(settings.data.test)} to test`,
    scale: settings.scale,
    seeds: settings.seeds,
    epochs: settings.epochs,
    training: `${settings.protocol.optimizer}, batches of ${settings.protocol.batchSize}, ${rates(record)}`,
    backend: environment.device,
    started: environment.started.slice(0, 16).replace('T', ' '),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(about.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p class="over">arborize run ${escapeHtml(settings.experiment)}</p>
<h1>${escapeHtml(about.title)}</h1>
<p class="lead">${escapeHtml(about.question)}</p>
<p class="papers">${about.papers.map(({ title, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(title)}</a>`).join(' · ')}</p>
${(about.notes ?? []).map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('')}
<dl class="facts">${Object.entries(facts)
    .map(([term, value]) => `<div><dt>${term}</dt><dd>${escapeHtml(String(value))}</dd></div>`)
    .join('')}</dl>
</header>
<main>
<h2>Comparison</h2>
${comparison}
${learned.length > 0 ? `<h2>What was learned</h2>${learned.join('')}` : ''}
${pictures.length > 0 ? `<h2>What was compared</h2>${pictureFigures(pictures)}` : ''}
</main>
<footer><p>Again: <code>${escapeHtml(command(record))}</code></p>
<p>@arborize/lab ${escapeHtml(environment.lab)}, Node ${escapeHtml(environment.node)}. Every training is one line of
<code>results.jsonl</code>; <code>arborize report</code> draws this page from it.</p></footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function rates({ settings }: RunRecord): string {
  const { phases } = settings.protocol;
  const short = (rate: number) => String(Number(rate.toPrecision(3)));
  if (phases.length > MOST_PHASES) {
    const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
    return `${epochs} epochs at ${short(phases[0]!.learningRate)} to ${short(phases.at(-1)!.learningRate)}`;
  }
  return phases
    .map(
      ({ epochs, learningRate }, i) =>
        `${epochs}${i === 0 ? (epochs === 1 ? ' epoch' : ' epochs') : ''} at ${short(learningRate)}`,
    )
    .join(', then ');
}

function command({ settings, subset }: RunRecord): string {
  const data = settings.data.source === null ? '' : ` --data ${settings.data.source}`;
  const variants = subset ? ` --variants ${settings.variants.join(',')}` : '';
  const { experiment, backend, seeds, epochs, scale } = settings;
  return `npx arborize run ${experiment}${data}${variants} --scale ${scale} --seeds ${seeds} --epochs ${epochs} --backend ${backend}`;
}

function count(samples: number): string {
  return samples.toLocaleString('en');
}
