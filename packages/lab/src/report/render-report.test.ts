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
