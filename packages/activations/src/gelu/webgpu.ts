// Φ through a rational-times-exponential formula for erfc, absolute error below 1e-7.
export const geluWgsl = `
  fn normalCdf(x : f32) -> f32 {
    let z = abs(x) * 0.70710678118654752;
    let t = 1.0 / (1.0 + 0.3275911 * z);
    let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    let tail = 0.5 * p * exp(-z * z);
    return select(1.0 - tail, tail, x < 0.0);
  }
  fn value(x : f32) -> f32 {
    if (x < -14.0) { return 0.0; }
    if (x > 14.0) { return x; }
    return x * normalCdf(x);
  }
  fn slope(x : f32) -> f32 {
    if (x < -14.0) { return 0.0; }
    if (x > 14.0) { return 1.0; }
    return normalCdf(x) + x * 0.39894228040143268 * exp(-0.5 * x * x);
  }
`;

export const geluTanhWgsl = `
  fn gate(x : f32) -> f32 {
    let z = 1.59576912160573081 * x * (1.0 + 0.044715 * x * x);
    let e = exp(-abs(z));
    return select(1.0, e, z < 0.0) / (1.0 + e);
  }
  fn value(x : f32) -> f32 {
    if (x < -14.0) { return 0.0; }
    if (x > 14.0) { return x; }
    return x * gate(x);
  }
  fn slope(x : f32) -> f32 {
    if (x < -14.0) { return 0.0; }
    if (x > 14.0) { return 1.0; }
    let s = gate(x);
    return s + x * 1.59576912160573081 * (1.0 + 0.134145 * x * x) * s * (1.0 - s);
  }
`;
