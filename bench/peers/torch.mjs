import { inPython } from './python.mjs';

/**
 * A contender in PyTorch.
 *
 * @param task The name of a function in torch_peer.py.
 * @param tensors Returns what it starts from, `{ shape, values }` each.
 */
export function inTorch(task, tensors, options = {}) {
  return inPython('torch_peer.py', 'PyTorch', task, tensors, options);
}
