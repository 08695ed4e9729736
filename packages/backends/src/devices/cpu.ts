import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device.ts';

/** Plain JavaScript: always there, the reference for every other backend. */
export const cpu: Device = {
  name: 'cpu',
  registered: 'cpu',
  load: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    // Its first use in Node prints an advertisement for tfjs-node.
    (tf.findBackend('cpu') as { firstUse?: boolean }).firstUse = false;
  },
  describe: async () => ({ device: 'plain JavaScript', software: false, features: [], threads: 1 }),
};
