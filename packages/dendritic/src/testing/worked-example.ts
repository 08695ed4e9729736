/** Three units with two segments each, and two contexts of two numbers, for which the tests know the results. */
export const workedExample = {
  /** [units, segments, width]. */
  segments: [
    [
      [0.5, -1],
      [-0.25, 0.75],
    ],
    [
      [1, 0.5],
      [0, -2],
    ],
    [
      [-0.4, 0.3],
      [0.6, 0.2],
    ],
  ],
  /** [contexts, width]. */
  contexts: [
    [1, 0.5],
    [-1, 2],
  ],
};
