import { idxFile } from './idx-file.ts';

/** MNIST in little: three training images and two test images of 2×2 pixels. */
export function mnistFiles(): Record<string, Uint8Array> {
  return {
    'train-images-idx3-ubyte': idxFile([3, 2, 2], [0, 255, 51, 102, 1, 2, 3, 4, 5, 6, 7, 8]),
    'train-labels-idx1-ubyte': idxFile([3], [7, 0, 9]),
    't10k-images-idx3-ubyte': idxFile([2, 2, 2], [255, 255, 255, 255, 0, 0, 0, 0]),
    't10k-labels-idx1-ubyte': idxFile([2], [1, 2]),
  };
}
