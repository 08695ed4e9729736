import { describe, expect, it } from 'vitest';
import { fakeRecord, fakeResult, fakeResults } from '../testing/fake-run.ts';
import { renderReport } from './render-report.ts';

describe('renderReport', () => {
  const html = renderReport(fakeRecord, fakeResults);

  it('shows the question, the settings, the table, the curves and the pictures', () => {
    for (const text of [
      'Does it matter?',
      'fake data, 100 to train, 50 to test',
      'identity',
      'Learning curves',
    ]) {
      expect(html).toContain(text);
    }
    expect(html).toContain('95.20 <span class="faint">± 0.28</span>');
    expect(html).toContain('+5.00');
    expect(html).toContain('npx arborize run fake --scale small --seeds 2 --epochs 2 --backend cpu');
    expect(html.match(/<tr data-variant=/g)).toHaveLength(3);
  });

  it('says what the seeds allow to be said', () => {
    expect(html).toContain(
      'cannot be told from the luck of the seeds; 1 of 2 variants differ from the baseline by more.',
    );
    expect(renderReport(fakeRecord, [fakeResult('plain', 0, 0.9)])).toContain(
      'With one seed the spread is unknown',
    );
  });

  it('says how far parameter counts are apart', () => {
    expect(html).toContain('All variants have the same number of parameters.');
    const uneven = [fakeResult('plain', 0, 0.9, 1000), fakeResult('better', 0, 0.9, 1015)];
    expect(renderReport(fakeRecord, uneven)).toContain('Parameter counts differ by at most 1.5 %.');
    const sparse = [fakeResult('plain', 0, 0.9, 648_010), fakeResult('better', 0, 0.9, 51_510)];
    expect(renderReport(fakeRecord, sparse)).toContain(
      'The largest variant has 13 times the parameters of the smallest.',
    );
  });

  it('has no column of seconds for curves that are not over time', () => {
    expect(html).toContain('s / epoch');
    const atOnce = fakeResults.map((result) => ({
      ...result,
      curve: result.curve.map((point) => ({ ...point, seconds: 0 })),
    }));
    expect(renderReport(fakeRecord, atOnce)).not.toContain('s / epoch');
  });

  it('says learning rates in short', () => {
    const at = (...learningRates: number[]) => {
      const phases = learningRates.map((learningRate) => ({ epochs: 2, learningRate }));
      const settings = { ...fakeRecord.settings, protocol: { ...fakeRecord.settings.protocol, phases } };
      return renderReport({ ...fakeRecord, settings }, fakeResults);
    };
    expect(at(0.1, 0.09157348061512727)).toContain('2 epochs at 0.1, then 2 at 0.0916<');
    expect(at(0.0990392, 0.08, 0.06, 0.04, 0.02, 0.000960736)).toContain('12 epochs at 0.099 to 0.000961<');
  });

  it('shows other metrics, notes and units that are no percent', () => {
    const about = {
      ...fakeRecord.about,
      notes: ['The other one learns faster.'],
      metric: { name: 'accuracy', title: 'test RMSE', format: 'number', better: 'lower' },
      otherMetrics: [{ name: 'forgetting', title: 'forgetting' }],
      curveBy: 'task',
    } as const;
    const results = fakeResults.map((result) => ({
      ...result,
      metrics: { ...result.metrics, forgetting: 0.125 },
    }));
    const other = renderReport({ ...fakeRecord, about }, results);
    for (const text of [
      'The other one learns faster.',
      '0.9020 <span class="faint">± 0.0028</span>',
      'forgetting, %',
      '12.50',
      'By task',
      's / task',
      'No variant beats the baseline plain with 0.9020.',
    ]) {
      expect(other).toContain(text);
    }
    expect(other).not.toContain('test RMSE, %');
  });

  it('shows what the models learned, and needs no curves', () => {
    const results = fakeResults.map((result) => ({ ...result, curve: [] }));
    const pictures = [{ variant: 'better', seed: 0, pictures: [{ title: 'weights', cells: [[1, 2]] }] }];
    const other = renderReport(fakeRecord, results, pictures);
    expect(other).toContain('What was learned');
    expect(other).toContain('better, seed 0');
    expect(other).not.toContain('Learning curves');
  });

  it('fetches nothing: no external script, style, image or font', () => {
    expect(html).not.toMatch(/<(link|img|script src|iframe)|@import|url\(/);
  });

  it('escapes what comes from outside', () => {
    expect(html).toContain('Fake &#60;variants&#62;');
    expect(html).not.toContain('Fake <variants>');
    expect(html).toContain('href="https://example.org/?a=1&#38;b=2"');
  });

  it('can be drawn at any time: before the first result, and with one', () => {
    expect(renderReport(fakeRecord, [])).toContain('No training has finished yet.');
    const one = renderReport(fakeRecord, [fakeResult('better', 0, 0.9)]);
    expect(one).toContain('1 of 6 trainings are done');
    expect(one).not.toContain('NaN');
  });
});
