import { inPython } from './python.mjs';

/**
 * A contender that trains a sparse network in SciPy CSR and NumPy.
 *
 * @param task `'network'`, one step, or `'epoch'`, all batches and then SET.
 */
export function inScipy(task, tensors, options) {
  return inPython('scipy_peer.py', 'SciPy', task, tensors, options);
}
