/** A contender that cannot take part, and why; the others go on. */
export class Unavailable extends Error {}
