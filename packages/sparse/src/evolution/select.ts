/**
 * Marks the `count` smallest of some numbers; of equal ones, those that come first.
 *
 * @returns [numbers], 1 where marked.
 */
export function markSmallest(numbers: Float32Array, count: number): Uint8Array {
  const marks = new Uint8Array(numbers.length);
  if (count <= 0) return marks;
  if (count >= numbers.length) return marks.fill(1);
  const threshold = numbers.slice().sort()[count - 1]!;
  let left = count;
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i]! < threshold) {
      marks[i] = 1;
      left--;
    }
  }
  for (let i = 0; left > 0; i++) {
    if (numbers[i] === threshold) {
      marks[i] = 1;
      left--;
    }
  }
  return marks;
}

/** The places of the `count` largest of some numbers, rising; of equal ones, those that come first. */
export function largest(numbers: Float32Array, count: number): Uint32Array {
  const marks = markSmallest(
    numbers.map((x) => -x),
    count,
  );
  return Uint32Array.from(marks.keys()).filter((i) => marks[i] === 1);
}
