"""A GPT of 4,192 scalars, step by step: ``python -m benchmarks.gpt``, the figures of docs/gpt.md.

A step is the loss of one name of 8 positions (or of 16 names), its gradient, and Adam. Eager
contestants keep a graph of scalars, and are compared with a class of scalars in Python; the others
compile the program once. Before anything is timed, the losses and parameters of all contestants are
compared.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from importlib import import_module

from benchmarks import machine
from benchmarks.agreement import Disagreement, largest_difference
from benchmarks.suite import ONE_THREAD
from benchmarks.tasks import gpt, gpt_scalar
from benchmarks.text import duration, memory, table, three_digits, times
from micrograd_c._timing import Contestant, race

TOLERANCE = 1e-9  # of the largest number, after some steps
EAGER_STEPS, EAGER_ROUNDS = 4, 5
OWN_CLASS = "a class in Python, CPython"
OURS = "`fit`"
MEMORY = """\
import numpy as np
from benchmarks.tasks import gpt
from micrograd_c import jit
from micrograd_c.optim import Adam
loss, parameters = gpt.jitted(jit)
optimizer = Adam(parameters, lr=gpt.LR)
for positions in range(1, 17):
    X = np.array(gpt.names(64, positions), float)
    loss.fit(X, optimizer=optimizer, epochs=1, batch_size=16)
status = open("/proc/self/status").read()  # a child's ru_maxrss has its parent's peak too
print(int(status.split("VmHWM:")[1].split()[0]) * 1024)
"""


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpt")
    add = parser.add_argument
    add("--rounds", type=int, default=15, metavar="N", help="default: %(default)s")
    add("--positions", type=int, default=8, metavar="N", help="1 to 16 (default: %(default)s)")
    add("--embed", type=int, default=gpt.EMBED, metavar="N", help="default: %(default)s")
    args = parser.parse_args()
    os.environ.update(ONE_THREAD)
    facts = machine.facts()
    print(
        f"{facts['Python']}, {facts['processor']}, {facts['CPU features']}. Load: {facts['load']}"
    )
    if args.embed == gpt.EMBED:
        columns = ["eager, 1 name a step", "time", "faster", "without Adam", "faster"]
        print(table(columns, eager_rows(args.positions)))
    rows = []
    for names in (1, 16):
        rows += compiled_rows(names, args.positions, args.embed, args.rounds)
    print(table(["contestant", "names a step", "time a name", "/ C by hand"], rows))
    if sys.platform.startswith("linux"):
        peak = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, check=True)
        print(f"Memory of a process that has trained with all lengths: {memory(int(peak.stdout))}.")


def eager_rows(positions):
    """Return the rows of what keeps a graph of scalars. Raises Disagreement."""
    from micrograd_c import Value, linear, rms_norm, softmax

    names = gpt.names(EAGER_STEPS, positions)
    helpers = {"softmax": softmax, "linear": linear, "normalized": rms_norm}
    contestants = {
        OWN_CLASS: lambda: elsewhere(sys.executable, positions, EAGER_STEPS),
        "the same on PyPy": lambda: elsewhere(shutil.which("pypy3"), positions, 40),
        "micrograd_c's Value in its place": lambda: gpt_scalar.train(names, Value),
        "and `linear`, `rms_norm`, `softmax`": lambda: gpt_scalar.train(names, Value, **helpers),
        "and `optim.Adam`": lambda: gpt_scalar.train(names, Value, optim_adam, **helpers),
    }
    expected, _, _ = gpt_scalar.train(names, gpt_scalar.Scalar)
    fastest = {name: (float("inf"), float("inf")) for name in contestants}
    for _ in range(EAGER_ROUNDS):
        for name, train in contestants.items():
            losses, *seconds = train()
            if losses:
                compare(name, losses[:EAGER_STEPS], expected)
                fastest[name] = tuple(map(min, fastest[name], map(min, seconds)))
    own = fastest[OWN_CLASS]
    return [
        [name, *(f(t) for o, t in zip(own, ts) for f in (duration, lambda t, o=o: times(o / t)))]
        for name, ts in fastest.items()
        if ts[0] < float("inf")
    ]


def optim_adam(parameters):
    from micrograd_c.optim import Adam

    adam = Adam(parameters, gpt.LR, gpt.BETAS, gpt.EPS)

    def step(k):
        adam.step()
        adam.zero_grad()

    return step


def elsewhere(python, positions, steps):
    if python is None:
        return [], []
    command = [python, "-m", "benchmarks.tasks.gpt_scalar", f"--positions={positions}"]
    run = subprocess.run([*command, f"--steps={steps}"], capture_output=True, check=True)
    return json.loads(run.stdout)


def compare(name, numbers, expected):
    difference = largest_difference(list(numbers), list(expected))
    if not difference <= TOLERANCE:
        raise Disagreement(f"{name}: off by {difference:.1e} of the largest")


def compiled_rows(names, positions, embed, rounds):
    """Return the rows of what is compiled or derived by hand. Raises Disagreement."""
    import numpy as np

    from micrograd_c import jit

    # By its name, because the workloads' package has a function ``make`` of its own.
    workload = import_module("benchmarks.workloads.gpt").make(names, positions, embed)
    peers = {
        "C by hand": workload.c,
        OURS: lambda: workload.ours(jit),
        "`jit`: `backward`, then `Adam.step`": lambda: step_by_step(workload, jit),
        "JAX, a compiled loop": workload.jax,
        "NumPy, gradient by hand": workload.numpy,
        "PyTorch": lambda: pytorch(workload),
    }
    runners, expected = {}, None
    for name, prepare in peers.items():
        try:
            runners[name] = prepare()
        except ModuleNotFoundError:
            continue
        numbers = np.concatenate([np.ravel(x) for x in runners[name]()]).tolist()
        expected = expected or numbers
        compare(name, numbers, expected)
    raced = race([Contestant(*pair) for pair in runners.items()], rounds, 0.02)
    a_name = {name: min(t.seconds) / runners[name].times / names for name, t in raced.items()}
    limit = a_name["C by hand"]
    return [[name, str(names), duration(t), three_digits(t / limit)] for name, t in a_name.items()]


def step_by_step(workload, jit):
    from micrograd_c.functional import get_data, set_data, zero_grad
    from micrograd_c.optim import Adam

    loss, parameters = gpt.jitted(jit, workload.sizes["embed"])
    at, batches = workload.sizes["at"], workload.sizes["batches"]

    def run():
        set_data(parameters, at)
        optimizer, losses = Adam(parameters, gpt.LR, gpt.BETAS, gpt.EPS), []
        for batch in batches:
            zero_grad(parameters)
            losses.append(loss.backward(batch))
            optimizer.step()
        return [sum(losses) / len(losses), get_data(parameters)]

    run.times = len(batches)
    return run


def pytorch(workload):
    import torch
    from torch.nn import functional as F

    torch.set_num_threads(1)
    batches = [torch.tensor(batch, dtype=torch.long) for batch in workload.sizes["batches"]]
    shapes = gpt.shapes(workload.sizes["embed"])
    numbers = torch.tensor(workload.sizes["at"])
    starts = numbers.split([n * m for n, m in shapes.values()])
    m = {
        name: start.reshape(shape).clone().requires_grad_()
        for (name, shape), start in zip(shapes.items(), starts)
    }

    def normalized(x):
        return x * ((x * x).mean(-1, keepdim=True) + gpt.EPSILON) ** -0.5

    def loss_of(names):
        x = normalized(m["tokens"][names[:, :-1]] + m["positions"][: names.shape[1] - 1])
        y = normalized(x)
        q, k, v = (
            (y @ m[name].T).unflatten(-1, (gpt.HEADS, -1)).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + mixed.transpose(1, 2).flatten(2) @ m["out"].T
        x = x + (normalized(x) @ m["up"].T).relu() @ m["down"].T
        return F.cross_entropy((x @ m["scores"].T).flatten(0, 1), names[:, 1:].flatten())

    def run():
        with torch.no_grad():
            for w, start in zip(m.values(), starts):
                w.copy_(start.reshape(w.shape))
        optimizer, losses = torch.optim.Adam(m.values(), gpt.LR, gpt.BETAS, gpt.EPS), []
        for batch in batches:
            optimizer.zero_grad()
            loss = loss_of(batch)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        moved = torch.cat([w.detach().flatten() for w in m.values()])
        return [sum(losses) / len(losses), moved.numpy()]

    run.times = len(batches)
    return run


if __name__ == "__main__":
    main()
