"""PyTorch on one thread as a contender: one JSON command a line on stdin, one JSON answer a line on stdout."""

import base64
import json
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

torch.set_num_threads(1)


def mat_mul(a, b, transposeA, transposeB):
    return lambda: [torch.matmul(a.mT if transposeA else a, b.mT if transposeB else b)]


def activation(x, dy, name):
    functions = {"gelu": F.gelu, "mish": F.mish, "silu": F.silu}
    f = functions[name]
    x.requires_grad_()

    def step():
        y = f(x)
        (dx,) = torch.autograd.grad(y, x, dy)
        return [y.detach(), dx]

    return step


def mlp(x, y, *weights):
    layers = [torch.nn.Linear(*kernel.shape) for kernel in weights[::2]]
    for layer, kernel, bias in zip(layers, weights[::2], weights[1::2]):
        assign(layer, kernel.T, bias)

    def forward():
        hidden = x
        for layer in layers[:-1]:
            hidden = F.relu(layer(hidden))
        return layers[-1](hidden)

    return training(layers, forward, y)


def cnn(x, y, kernel1, bias1, kernel2, bias2, kernel3, bias3):
    x = x.permute(0, 3, 1, 2).contiguous()
    conv1, conv2, dense = torch.nn.Conv2d(1, 32, 3), torch.nn.Conv2d(32, 64, 3), torch.nn.Linear(1600, 10)
    assign(conv1, kernel1.permute(3, 2, 0, 1), bias1)
    assign(conv2, kernel2.permute(3, 2, 0, 1), bias2)
    # The rows of the dense kernel go from height, width, channel to channel, height, width.
    assign(dense, kernel3.reshape(5, 5, 64, 10).permute(3, 2, 0, 1).reshape(10, 1600), bias3)

    def forward():
        hidden = F.max_pool2d(F.relu(conv1(x)), 2)
        hidden = F.max_pool2d(F.relu(conv2(hidden)), 2)
        return dense(hidden.flatten(1))

    return training([conv1, conv2, dense], forward, y)


def fcn(x, y, *weights):
    x = x.permute(0, 2, 1).contiguous()
    blocks = []
    for at in range(0, 12, 4):
        kernel, bias, gamma, beta = weights[at : at + 4]
        width, inputs, outputs = kernel.shape
        conv = torch.nn.Conv1d(inputs, outputs, width, padding="same")
        assign(conv, kernel.permute(2, 1, 0), bias)
        norm = torch.nn.BatchNorm1d(outputs, eps=1e-3)
        assign(norm, gamma, beta)
        blocks.append(torch.nn.Sequential(conv, norm, torch.nn.ReLU()))
    dense = torch.nn.Linear(*weights[12].shape)
    assign(dense, weights[12].T, weights[13])
    body = torch.nn.Sequential(*blocks)
    return training([body, dense], lambda: dense(body(x).mean(2)), y)


def lstm(x, y, kernel, recurrent, bias, kernel2, bias2):
    net = torch.nn.LSTM(kernel.shape[0], recurrent.shape[0], batch_first=True)
    dense = torch.nn.Linear(*kernel2.shape)
    assign(dense, kernel2.T, bias2)
    with torch.no_grad():
        net.weight_ih_l0.copy_(kernel.T)
        net.weight_hh_l0.copy_(recurrent.T)
        net.bias_ih_l0.copy_(bias)
        net.bias_hh_l0.zero_()
    # One bias is trained, as in TensorFlow.js.
    net.bias_hh_l0.requires_grad_(False)
    return training([net, dense], lambda: dense(net(x)[0][:, -1]), y)


def assign(layer, weight, bias):
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)


def training(modules, forward, y):
    parameters = [p for module in modules for p in module.parameters() if p.requires_grad]
    # The epsilon of TensorFlow.js.
    optimizer = torch.optim.Adam(parameters, lr=1e-3, eps=1e-7)
    labels = y.argmax(1)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(forward(), labels)
        loss.backward()
        optimizer.step()
        return [loss.detach().reshape(1)]

    return step


TASKS = {f.__name__: f for f in [mat_mul, activation, mlp, cnn, fcn, lstm]}
steps = {}


def answer(command):
    if "start" in command:
        tensors = [decode(**tensor) for tensor in command["tensors"]]
        identity = len(steps)
        steps[identity] = TASKS[command["start"]](*tensors, **command["options"])
        return {"id": identity}
    if "values" in command:
        parts = [part.numpy().ravel() for part in steps[command["values"]]()]
        return {"data": base64.b64encode(np.concatenate(parts).tobytes()).decode()}
    if "time" in command:
        step = steps[command["time"]]
        begin = time.perf_counter()
        step()
        return {"milliseconds": 1e3 * (time.perf_counter() - begin)}
    steps[command["stop"]] = None
    return {}


def decode(shape, data):
    values = np.frombuffer(base64.b64decode(data), dtype=np.float32)
    return torch.from_numpy(values.reshape(shape).copy())


for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({"error": str(error)}), flush=True)
