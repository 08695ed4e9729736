import { ArgumentError, Random } from '@arborize/core';
import { countKept, packMask, sizeOf } from './mask.ts';
import { MaskSet } from './mask-set.ts';

/**
 * Masks that keep as many weights of each tensor as others do, at random places: the control of a pruning experiment.
 *
 * @param like Stays as it is.
 * @param seed Equal seeds give equal masks on every backend.
 * @throws ArgumentError unless the seed is an integer.
 * @example
 * randomMasks(masks, 1).density === masks.density; // true
 */
export function randomMasks(like: MaskSet, seed: number): MaskSet {
  if (!Number.isSafeInteger(seed)) {
    throw new ArgumentError({ where: 'randomMasks', argument: 'seed', got: seed, expected: 'an integer' });
  }
  const random = new Random(seed);
  return new MaskSet(
    like.names.map((name) => {
      const mask = like.get(name)!;
      const size = sizeOf(mask);
      let wanted = countKept(mask);
      const kept = Uint8Array.from({ length: size }, (_, i) => {
        const keep = random.uniform() * (size - i) < wanted;
        if (keep) wanted--;
        return keep ? 1 : 0;
      });
      return [name, packMask(mask.shape, kept)] as const;
    }),
  );
}
