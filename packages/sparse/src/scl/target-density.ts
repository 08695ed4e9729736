/** The density to have at a share `progress` of the time, on a cubic way from 1 down to `goal`. */
export function densityAt(progress: number, goal: number): number {
  return goal + (1 - goal) * (1 - Math.min(1, progress)) ** 3;
}

/** λ after a look at the density: it grows, by a factor, where there are too many connections, and shrinks where too few. */
export function steerLambda(lambda: number, density: number, target: number): number {
  // A density far above its target, as at the start, must not throw λ to the end of its range.
  const error = Math.min(1, (density - target) / target);
  return Math.min(1, Math.max(1e-3, lambda * Math.exp(0.5 * error)));
}
