/** A seed for those who gave none. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
