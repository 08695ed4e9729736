"""Sparse training in SciPy CSR and NumPy on one thread: one JSON command a line on stdin, one JSON answer a line on stdout.

The kind of implementation that sparse networks are usually trained with: products by scipy.sparse, the gradient at the
stored positions by gathering the rows of both operands, momentum on the stored values.
"""

import base64
import json
import os
import sys
import time

for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = "1"

import numpy as np
from scipy.sparse import csc_matrix


class Network:
    def __init__(self, tensors, widths, rate, momentum):
        self.x, self.y, *rest = tensors
        self.rate, self.momentum = np.float32(rate), np.float32(momentum)
        self.weights, self.positions = [], []
        for i, outputs in enumerate(widths[1:]):
            pointers, rows, values = rest[3 * i : 3 * i + 3]
            w = csc_matrix((values, rows, pointers), shape=(widths[i], outputs)).tocsr()
            w.sort_indices()
            self.weights.append(w)
            self.positions.append((np.repeat(np.arange(widths[i]), np.diff(w.indptr)), w.indices))
        self.head, head_bias = rest[-2:]
        self.biases = [np.zeros(outputs, np.float32) for outputs in widths[1:]] + [head_bias]
        self.value_moments = [np.zeros_like(w.data) for w in self.weights] + [np.zeros_like(self.head)]
        self.bias_moments = [np.zeros_like(b) for b in self.biases]

    def step(self):
        batch = len(self.x)
        activations = [self.x]
        for w, b in zip(self.weights, self.biases):
            # The product with a sparse matrix on the left is the one that SciPy has in C.
            activations.append(np.maximum((w.T @ activations[-1].T).T + b, 0))
        logits = activations[-1] @ self.head + self.biases[-1]
        logits -= logits.max(1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(1, keepdims=True)
        loss = -np.log((probabilities * self.y).sum(1)).mean()

        delta = (probabilities - self.y) / batch
        gradients = [(activations[-1].T @ delta, delta.sum(0))]
        delta = (delta @ self.head.T) * (activations[-1] > 0)
        for i in reversed(range(len(self.weights))):
            rows, columns = self.positions[i]
            a, d = np.ascontiguousarray(activations[i].T), np.ascontiguousarray(delta.T)
            gradients.append((np.einsum("pb,pb->p", a[rows], d[columns]), delta.sum(0)))
            if i > 0:
                delta = (self.weights[i] @ delta.T).T * (activations[i] > 0)
        for i, (values, bias) in enumerate(reversed(gradients)):
            stored = self.weights[i].data if i < len(self.weights) else self.head
            self.update(stored, self.value_moments[i], values)
            self.update(self.biases[i], self.bias_moments[i], bias)
        return loss

    def update(self, values, moment, gradient):
        moment *= self.momentum
        moment += gradient
        values -= self.rate * moment


networks = {}


def answer(command):
    if "start" in command:
        tensors = [decode(**tensor) for tensor in command["tensors"]]
        networks[len(networks)] = Network(tensors, **command["options"])
        return {"id": len(networks) - 1}
    if "values" in command:
        loss = np.array([networks[command["values"]].step()], dtype=np.float32)
        return {"data": base64.b64encode(loss.tobytes()).decode()}
    if "time" in command:
        network = networks[command["time"]]
        begin = time.perf_counter()
        network.step()
        return {"milliseconds": 1e3 * (time.perf_counter() - begin)}
    networks[command["stop"]] = None
    return {}


def decode(shape, data, dtype="float32"):
    return np.frombuffer(base64.b64decode(data), dtype=dtype).reshape(shape).copy()


for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({"error": str(error)}), flush=True)
