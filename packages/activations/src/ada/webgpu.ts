export const adaWgsl = `
  fn value(x : f32) -> f32 {
    if (x <= 0.0) { return select(uniforms.leak * x, 0.0, uniforms.leak == 0.0); }
    let exponent = uniforms.c - uniforms.alpha * x;
    if (exponent < -87.0) { return 0.0; }
    return x * exp(exponent);
  }
  fn slope(x : f32) -> f32 {
    if (x <= 0.0) { return uniforms.leak; }
    let exponent = uniforms.c - uniforms.alpha * x;
    if (exponent < -87.0) { return 0.0; }
    return (1.0 - uniforms.alpha * x) * exp(exponent);
  }
`;
