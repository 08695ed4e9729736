import { expect, it } from 'vitest';
import { embeddingFaults } from './embedding-faults.mjs';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const section = (id: number, body: number[]) => [id, body.length, ...body];
const text = (word: string) => [word.length, ...Buffer.from(word)];
const module = (...sections: number[][]) => Uint8Array.from([...HEADER, ...sections.flat()]);
const memory = section(2, [1, ...text('env'), ...text('memory'), 2, 0, 1]);

it('finds nothing in a module that only imports the memory, or nothing', () => {
  expect(embeddingFaults(module(memory))).toEqual([]);
  expect(embeddingFaults(module())).toEqual([]);
});

it('reads sections longer than 127 bytes', () => {
  const long = [0, 0x80, 0x02, ...new Array(256).fill(0)];
  expect(embeddingFaults(module(long, section(8, [0])))).toHaveLength(1);
});

it.each([
  ['data', section(11, [0]), 'data section'],
  ['a count of data', section(12, [1]), 'data section'],
  ['a memory', section(5, [1, 0, 1]), 'a memory of its own'],
  ['a start function', section(8, [0]), 'start function'],
  ['a variable', section(6, [1, 0x7f, 1, 0x41, 0, 0x0b]), 'global variables'],
  ['another import', section(2, [2, ...text('env'), ...text('abort'), 0, 0]), 'besides env.memory'],
])('finds %s', (_name, part, words) => {
  expect(embeddingFaults(module(part)).join()).toContain(words);
});
