import { inPython } from './python.mjs';

/** A contender that trains a sparse network in SciPy CSR and NumPy. */
export function inScipy(tensors, options) {
  return inPython('scipy_peer.py', 'SciPy', 'network', tensors, options);
}
