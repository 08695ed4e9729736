import { describe, expect, it } from 'vitest';
import { readExamples } from './read-examples.mjs';
import { runExample } from './run-example.mjs';

const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;

describe('what is read', () => {
  it('a block with the output behind arrows, and its line', () => {
    const code = 'console.log(1); // → 1\nconsole.log(2);\n// → 2';
    expect(readExamples(`# Title\n\n${block('js', code)}`)).toEqual([
      { line: 3, code: `${code}\n`, expected: '1\n2' },
    ]);
  });

  it('a block with the output in the next block', () => {
    const markdown = `${block('ts', 'console.log(1);')}\n${block('text', '1')}`;
    expect(readExamples(markdown)).toEqual([{ line: 1, code: 'console.log(1);\n', expected: '1' }]);
  });

  it('not what shows no output, nor other languages', () => {
    expect(readExamples(block('js', 'f();') + block('sh', 'ls // → x') + block('text', 'x'))).toEqual([]);
  });
});

describe('what is run', () => {
  it('passes where the output is the one shown', () => {
    expect(() => runExample({ code: 'const a: number = 1;\nconsole.log(a);', expected: '1' })).not.toThrow();
  });

  it('fails where it is another, and says which', () => {
    expect(() => runExample({ code: 'console.log(1);', expected: '2' })).toThrow('it prints\n1\nand not\n2');
  });
});
