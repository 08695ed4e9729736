/** The mean of some numbers. */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Measures each requirement of a case.
 *
 * A requirement is `{ what, measured, atLeast | atMost, published? }`. `measured(scores)` returns a number, or one for each
 * seed, which must then all pass; `scores(variant, metric?)` are a variant's numbers, one for each seed.
 */
export function judge({ name, require: requirements }, results, metric) {
  const scores = (variant, key = metric) => {
    const own = results.filter((result) => result.variant === variant).sort((a, b) => a.seed - b.seed);
    if (own.length === 0) throw new Error(`${name}: there is no result of ${variant}`);
    return own.map(({ metrics }) => {
      if (!(key in metrics))
        throw new Error(`${name}: ${variant} gives no ${key}, only ${Object.keys(metrics)}`);
      // A number that was not finite comes back from the file as null.
      return metrics[key] ?? Number.NaN;
    });
  };
  return requirements.map(({ what, measured, atLeast, atMost, published }) => {
    if ((atLeast === undefined) === (atMost === undefined)) {
      throw new Error(`${name}, ${what}: name one of atLeast and atMost`);
    }
    const values = [measured(scores)].flat();
    const ok =
      values.length > 0 &&
      values.every((value) => (atMost === undefined ? value >= atLeast : value <= atMost));
    const required = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
    return { what, measured: values, mean: mean(values), required, published, ok };
  });
}
