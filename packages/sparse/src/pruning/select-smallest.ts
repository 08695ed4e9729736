/** Numbers of which some are still there; only their magnitudes count. */
export interface Candidates {
  readonly numbers: Float32Array;
  /** [numbers], 1 where still there. */
  readonly alive: Uint8Array;
}

/** A magnitude as an integer that orders alike: the bits of a float without its sign. */
const MAGNITUDE = 0x7fff_ffff;
/** The digits by which magnitudes are looked up, from the highest bit down. */
const DIGITS = [
  { shift: 20, size: 2048 },
  { shift: 10, size: 1024 },
  { shift: 0, size: 1024 },
];

/**
 * How many of the `count` smallest magnitudes over all lists lie in each; of equal ones, those that come first count.
 *
 * Found by histograms of their digits: three passes, no copy and no sort.
 */
export function sharesOfSmallest(lists: readonly Candidates[], count: number): number[] {
  if (count <= 0) return lists.map(() => 0);
  const { threshold, ties } = findSmallest(lists, count);
  let left = ties;
  return lists.map((list) => {
    let [below, equal] = [0, 0];
    visit(list, (magnitude) => {
      if (magnitude < threshold) below++;
      else if (magnitude === threshold) equal++;
    });
    const taken = Math.min(equal, left);
    left -= taken;
    return below + taken;
  });
}

/** Takes the `count` smallest magnitudes of a list out of `alive`; of equal ones, those that come first. */
export function removeSmallest(list: Candidates, count: number): void {
  if (count <= 0) return;
  const { threshold, ties } = findSmallest([list], count);
  let left = ties;
  visit(list, (magnitude, i) => {
    if (magnitude < threshold || (magnitude === threshold && left-- > 0)) list.alive[i] = 0;
  });
}

/** The largest of the `count` smallest magnitudes, as bits, and how many of that size are among them. */
function findSmallest(lists: readonly Candidates[], count: number): { threshold: number; ties: number } {
  let [prefix, known, left] = [0, 31, count];
  for (const { shift, size } of DIGITS) {
    const histogram = new Uint32Array(size);
    for (const list of lists) {
      visit(list, (magnitude) => {
        if (magnitude >>> known === prefix) histogram[(magnitude >>> shift) & (size - 1)]!++;
      });
    }
    let digit = 0;
    while (histogram[digit]! < left) left -= histogram[digit++]!;
    prefix = prefix * size + digit;
    known = shift;
  }
  return { threshold: prefix, ties: left };
}

function visit({ numbers, alive }: Candidates, see: (magnitude: number, i: number) => void): void {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  for (let i = 0; i < bits.length; i++) if (alive[i] === 1) see(bits[i]! & MAGNITUDE, i);
}
