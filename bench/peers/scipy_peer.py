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
from scipy.sparse import csc_matrix, csr_matrix


class Network:
    """One step of training on one batch.

    Hidden layers have ReLU or, with slopes, a slope of their own for negative inputs. `dropout` is the share of their
    outputs that is dropped, `decay` what a step takes off every weight.
    """

    def __init__(self, tensors, widths, rate, momentum, slopes=None, dropout=0, decay=0):
        self.x, self.y, *rest = tensors
        self.rate, self.momentum, self.kept = np.float32(rate), np.float32(momentum), np.float32(1 - decay)
        self.slopes = np.zeros(len(widths) - 1, np.float32) if slopes is None else np.float32(slopes)
        self.dropout = np.float32(dropout)
        self.random = np.random.default_rng(1)
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
        return [self.train(self.x, self.y)]

    def train(self, x, y):
        batch = len(x)
        activations, slopes = [x], []
        for w, b, slope in zip(self.weights, self.biases, self.slopes):
            # The product with a sparse matrix on the left is the one that SciPy has in C.
            z = (w.T @ activations[-1].T).T + b
            slopes.append(self.draw_slopes(z, slope))
            activations.append(z * slopes[-1])
        logits = activations[-1] @ self.head + self.biases[-1]
        logits -= logits.max(1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(1, keepdims=True)
        loss = -np.log((probabilities * y).sum(1)).mean()

        delta = (probabilities - y) / batch
        gradients = [(activations[-1].T @ delta, delta.sum(0))]
        delta = (delta @ self.head.T) * slopes[-1]
        for i in reversed(range(len(self.weights))):
            rows, columns = self.positions[i]
            a, d = np.ascontiguousarray(activations[i].T), np.ascontiguousarray(delta.T)
            gradients.append((np.einsum("pb,pb->p", a[rows], d[columns]), delta.sum(0)))
            if i > 0:
                delta = (self.weights[i] @ delta.T).T * slopes[i - 1]
        for i, (values, bias) in enumerate(reversed(gradients)):
            stored = self.weights[i].data if i < len(self.weights) else self.head
            self.update(stored, self.value_moments[i], values)
            self.update(self.biases[i], self.bias_moments[i], bias)
        return loss

    def draw_slopes(self, z, slope):
        """The derivative of the activation at z, and 0 where an output is dropped."""
        # Arithmetic with truth values is ten times as fast as np.where.
        slopes = z > 0 if slope == 0 else (z > 0) * (1 - slope) + slope
        if self.dropout == 0:
            return slopes
        kept = self.random.random(z.shape, np.float32) >= self.dropout
        return slopes * (kept * (1 / (1 - self.dropout)))

    def update(self, values, moment, gradient):
        moment *= self.momentum
        moment += gradient
        if self.kept != 1:
            values *= self.kept
        values -= self.rate * moment


class Epoch(Network):
    """A step on each batch, then SET: in each sparse layer the connections nearest to 0 give way to random ones.

    The first result holds also the share of each layer's connections that stayed.
    """

    def __init__(self, tensors, batch, zeta, **options):
        super().__init__(tensors, **options)
        self.batch, self.zeta = batch, zeta
        self.is_first = True

    def step(self):
        before = [self.flat_positions(layer) for layer in range(len(self.weights))] if self.is_first else []
        starts = range(0, len(self.x), self.batch)
        losses = [self.train(self.x[i : i + self.batch], self.y[i : i + self.batch]) for i in starts]
        for layer in range(len(self.weights)):
            self.evolve(layer)
        self.is_first = False
        return [np.mean(losses), *(np.isin(self.flat_positions(layer), old).mean() for layer, old in enumerate(before))]

    def flat_positions(self, layer):
        rows, columns = self.positions[layer]
        return rows * self.weights[layer].shape[1] + columns

    def evolve(self, layer):
        w, moment = self.weights[layer], self.value_moments[layer]
        inputs, outputs = w.shape
        stays = np.ones(w.nnz, bool)
        for members in [np.flatnonzero(w.data < 0), np.flatnonzero(w.data >= 0)]:
            count = int(self.zeta * len(members))
            if count > 0:
                stays[members[np.argpartition(np.abs(w.data[members]), count - 1)[:count]]] = False
        kept = self.flat_positions(layer)[stays]
        grown = self.free_positions(inputs * outputs, kept, w.nnz - len(kept))
        limit = np.sqrt(6 / inputs)
        fresh = self.random.uniform(-limit, limit, len(grown)).astype(np.float32)
        positions = np.concatenate([kept, grown])
        order = np.argsort(positions)
        rows, columns = np.divmod(positions[order], outputs)
        pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=inputs))])
        values = np.concatenate([w.data[stays], fresh])[order]
        self.weights[layer] = csr_matrix((values, columns, pointers), shape=w.shape)
        self.positions[layer] = (rows, self.weights[layer].indices)
        self.value_moments[layer] = np.concatenate([moment[stays], np.zeros_like(fresh)])[order]

    def free_positions(self, total, taken, count):
        drawn = np.empty(0, taken.dtype)
        while len(drawn) < count:
            drawn = np.union1d(drawn, self.random.integers(total, size=count - len(drawn)))
            at = np.minimum(np.searchsorted(taken, drawn), len(taken) - 1)
            drawn = drawn[taken[at] != drawn]
        return drawn


tasks = {"network": Network, "epoch": Epoch}
networks = {}


def answer(command):
    if "start" in command:
        tensors = [decode(**tensor) for tensor in command["tensors"]]
        networks[len(networks)] = tasks[command["start"]](tensors, **command["options"])
        return {"id": len(networks) - 1}
    if "values" in command:
        values = np.array(networks[command["values"]].step(), dtype=np.float32)
        return {"data": base64.b64encode(values.tobytes()).decode()}
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
