import type { Random } from '@arborize/core';

/** Moves a point of the box [0, 1]² to pixels. */
export type Deformation = (x: number, y: number) => readonly [x: number, y: number];

const WAVES = 3;

/**
 * One hand: a random affine map into an image of `size` × `size` pixels (slant, turn, proportions, place) after an
 * elastic one.
 *
 * The elastic part is a sum of a few long waves: as smooth as a blurred random field, and computed only where the pen goes.
 */
export function randomDeformation(random: Random, size: number): Deformation {
  const height = size * random.uniform(0.6, 0.78);
  const width = height * random.uniform(0.66, 1);
  const slant = random.normal(0.12, 0.18);
  const turn = random.normal(0, 0.1);
  const centerX = size / 2 + random.uniform(-2.8, 2.8);
  const centerY = size / 2 + random.uniform(-2.8, 2.8);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const waveX = randomWaves(random);
  const waveY = randomWaves(random);
  return (x, y) => {
    const dx = (x - 0.5 + waveX(x, y)) * width - (y - 0.5) * slant * height;
    const dy = (y - 0.5 + waveY(x, y)) * height;
    return [centerX + cos * dx - sin * dy, centerY + sin * dx + cos * dy];
  };
}

function randomWaves(random: Random): (x: number, y: number) => number {
  const waves = Array.from({ length: WAVES }, () => ({
    alongX: random.normal(0, 4),
    alongY: random.normal(0, 4),
    phase: random.uniform(0, 2 * Math.PI),
    height: random.normal(0, 0.025),
  }));
  return (x, y) => {
    let sum = 0;
    for (const wave of waves) {
      sum += wave.height * Math.sin(wave.alongX * x + wave.alongY * y + wave.phase);
    }
    return sum;
  };
}
