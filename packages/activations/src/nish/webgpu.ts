// WGSL promises the accuracy of sin and cos inside [−π, π] only, so their argument is reduced first.
export const nishWgsl = `
  const TAU = 6.28318530717958648;
  fn reduced(x : f32) -> f32 { return x - TAU * round(x / TAU); }
  fn sigma(z : f32) -> f32 { let e = exp(z); return e / (1.0 + e); }
  fn value(x : f32) -> f32 {
    if (x > 0.0) { return x; }
    if (x < -87.0) { return 0.0; }
    return (uniforms.p * x + uniforms.a * sin(reduced(uniforms.b * x))) * sigma(x);
  }
  fn slope(x : f32) -> f32 {
    if (x > 0.0) { return 1.0; }
    if (x < -87.0) { return 0.0; }
    let angle = reduced(uniforms.b * x);
    let s = sigma(x);
    let wave = uniforms.p * x + uniforms.a * sin(angle);
    return s * (uniforms.p + uniforms.a * uniforms.b * cos(angle) + wave * (1.0 - s));
  }
`;
