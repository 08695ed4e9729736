/**
 * The examples of a Markdown text that show what they print: a fenced `js` or `ts` block with `// → output` comments, or
 * one followed at once by a fenced `text` block.
 * @param {string} markdown
 * @returns {{ line: number, code: string, expected: string }[]}
 */
export function readExamples(markdown) {
  const fence = /^```(js|ts)\n([\s\S]*?)^```\n(?:\n*```text\n([\s\S]*?)^```$)?/gm;
  return [...markdown.matchAll(fence)]
    .map(({ index, 2: code, 3: text }) => ({
      line: markdown.slice(0, index).split('\n').length,
      code,
      expected: (text ?? arrows(code)).trimEnd(),
    }))
    .filter(({ expected }) => expected !== '');
}

function arrows(code) {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, output]) => output).join('\n');
}
