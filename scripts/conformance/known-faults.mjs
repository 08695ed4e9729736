// Specs of tfjs-core that demand what is wrong, and why the repaired backend does not do it.
export const knownFaults = {
  'avgPool wasm {} gradient x=[3,3,1] f=[3,3] s=1 p=explicit':
    'the gradient is to count padding, which the pool itself does not: central differences disagree',
};
