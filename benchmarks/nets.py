"""Whole nets: ``python -m benchmarks.nets``, an MLP 64-32-10 with our nn.

- ``overhead``: a forward of one row, compared with the same calls of C from Python, with their
  arguments prepared, and the release of the outputs. These calls cross from Python to C too, so
  the overhead comes out too small by the cost of a crossing, which is shown.
- ``memory``: bytes per scalar node of the graph for which the compact nodes stand, after forward
  and after backward, with many rows alive. Measured in a process of its own.
- ``step``: a training step on 32 rows of digits (squared error, SGD), compared with the limit,
  the same step in C by hand.
- ``epoch``: an epoch of digits (1,797 rows, batches of 32, cross-entropy, Adam), compared with
  the same program on micrograd, of which a few batches are timed and scaled.
"""

import argparse
import importlib.util
import json
import math
import random
import subprocess
import sys

from benchmarks import scalar_math, user_nn
from benchmarks.agreement import check_agreement
from benchmarks.digits import digits
from benchmarks.memory import resident_bytes
from benchmarks.peers import CannotDo, c_by_hand, jit
from benchmarks.peers import nets as our_nets
from benchmarks.report import LIMIT
from benchmarks.tasks import make_data, make_task
from benchmarks.tasks.net import random_weights
from benchmarks.text import duration, table, three_digits, times
from micrograd_c._timing import Contestant, race, seconds_a_call

NIN, NOUTS, BATCH = 64, [32, 10], 32
ALIVE_ROWS = 3000
STEP, STEPS = "digits:32", 200  # the suite's task, and the number of steps in a call
TARGETS = {"overhead": 10e-6, "bytes": 64, "epoch": 500}


# --- overhead -------------------------------------------------------------------


def overhead(rounds):
    """Return the Times of a forward, of its calls of C, and of a call of C that does nothing."""
    from micrograd_c._native import ffi, lib

    from micrograd_c.nn import MLP

    random.seed(1)
    model = MLP(NIN, NOUTS)
    row = [random.random() for _ in range(NIN)]
    model(row)  # makes the net in C
    net = model._mg_net
    numbers, outputs = ffi.new("double[]", row), ffi.new("mg_id[]", NOUTS[-1])

    def call_c():
        lib.mg_net_call(net.net, ffi.NULL, numbers, 0, outputs)
        for node in outputs:
            lib.mg_release(node)

    contestants = [
        Contestant("model(row)", lambda: model(row)),
        Contestant("the C it runs", call_c),
        Contestant("one empty crossing", lib.mg_live_nodes),
    ]
    return race(contestants, rounds)


def show_overhead(rounds):
    results = overhead(rounds)
    rows = [[name, duration(t.minimum), duration(t.median)] for name, t in results.items()]
    extra = results["model(row)"].minimum - results["the C it runs"].minimum
    print(table(["one row through 64-32-10", "minimum", "median"], rows))
    print(f"Overhead {duration(extra)}, target at most {duration(TARGETS['overhead'])}.\n")


# --- memory ---------------------------------------------------------------------


def inner_nodes(model, row):
    """Return how many nodes a forward of one row has, not counting the parameters."""
    seen, waiting = set(model.parameters()), list(model(row))
    parameters = len(seen)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(node._prev)
    return len(seen) - parameters


def bytes_a_node(n_rows):
    """Return bytes per node after n_rows forwards, and after backward through all of them."""
    from micrograd_c import total
    from micrograd_c.nn import MLP

    random.seed(1)
    model = MLP(NIN, NOUTS)
    row = [random.random() for _ in range(NIN)]
    n_nodes = n_rows * inner_nodes(model, row)
    total(model(row)).backward()
    before = resident_bytes()
    alive = [model(row) for _ in range(n_rows)]
    after_forward = resident_bytes() - before
    root = total([total(outputs) for outputs in alive])
    root.backward()
    after_backward = resident_bytes() - before
    return {"forward": after_forward / n_nodes, "backward": after_backward / n_nodes}


def show_memory(n_rows):
    command = [sys.executable, "-m", "benchmarks.nets", "--memory", "--rows", str(n_rows)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    result = json.loads(output)
    print(
        f"Memory: {three_digits(result['forward'])} bytes a scalar node after forward, "
        f"{three_digits(result['backward'])} after backward, target at most {TARGETS['bytes']}.\n"
    )


# --- step -----------------------------------------------------------------------


def show_step(rounds):
    task = make_task(STEP, make_data(STEP))
    runners = {
        "micrograd_c nets": our_nets.make_runner(task),
        "micrograd_c jit": jit.make_runner(task, fit=False),
        "micrograd_c fit": jit.make_runner(task, fit=True),
    }
    missing = ""
    try:
        runners[LIMIT] = c_by_hand.make_runner(task)
    except CannotDo as error:
        missing = f"No ratios to {LIMIT}: {error}.\n"
    expected = None
    for runner in runners.values():
        runner.steps(1)
        expected = expected or runner.answer()
        check_agreement(*runner.answer(), *expected)
    results = race([Contestant(*pair) for pair in steppers(runners)], rounds)
    rows = []
    for name, t in results.items():
        seconds = [t.minimum / STEPS, t.median / STEPS]
        limit = LIMIT in results and results[LIMIT].minimum / STEPS
        rows.append([name, *map(duration, seconds), times(seconds[0] / limit) if limit else ""])
    print(table([f"a step of {task.title}", "minimum", "median", "times the limit"], rows))
    print(missing)


def steppers(runners):
    return [(name, lambda runner=runner: runner.steps(STEPS)) for name, runner in runners.items()]


# --- epoch ----------------------------------------------------------------------


class OurEpoch:
    """Training with micrograd_c's nn, losses and optimizer."""

    def __init__(self, weights):
        from micrograd_c import set_data
        from micrograd_c.losses import cross_entropy
        from micrograd_c.nn import MLP
        from micrograd_c.optim import Adam

        self.model, self.cross_entropy = MLP(NIN, NOUTS), cross_entropy
        self.parameters = self.model.parameters()
        set_data(self.parameters, weights)
        self.optimizer = Adam(self.parameters, lr=0.01)

    def step(self, X, y):
        loss = self.cross_entropy([self.model(row) for row in X], y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.data


class MicrogradEpoch:
    """The same training with micrograd. What it lacks is written as its users write it."""

    def __init__(self, weights):
        from micrograd.engine import Value

        self.ops = scalar_math.for_micrograd(Value)
        self.model = user_nn.MLP(Value, lambda: 0.0, [NIN, *NOUTS], self.ops.relu)
        self.parameters = self.model.parameters()
        for p, weight in zip(self.parameters, weights):
            p.data = weight
        self.m, self.v = ([0.0] * len(self.parameters) for _ in range(2))
        self.k = 0

    def step(self, X, y):
        losses = [self.cross_entropy(self.model(row), target) for row, target in zip(X, y)]
        loss = sum(losses) * (1.0 / len(losses))
        self.model.zero_grad()
        loss.backward()
        self.adam(lr=0.01)
        return loss.data

    def cross_entropy(self, logits, target):
        largest = max(x.data for x in logits)
        exps = [self.ops.exp(x - largest) for x in logits]
        return self.ops.log(sum(exps)) + largest - logits[target]

    def adam(self, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.k += 1
        step_size = lr / (1 - beta1**self.k)
        correction = math.sqrt(1 - beta2**self.k)
        for i, p in enumerate(self.parameters):
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * p.grad
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * p.grad**2
            p.data -= step_size * self.m[i] / (math.sqrt(self.v[i]) / correction + eps)


def show_epoch(rounds, micrograd_batches):
    X, y, source = digits()
    batches = [(X[i : i + BATCH], y[i : i + BATCH]) for i in range(0, len(X), BATCH)]
    weights = random_weights([NIN, *NOUTS])
    ours = OurEpoch(weights)

    def epoch():
        for batch in batches:
            ours.step(*batch)

    first_loss = ours.step(*batches[0])
    first_grads = [p.grad for p in ours.parameters]
    theirs = None
    if importlib.util.find_spec("micrograd"):
        theirs = MicrogradEpoch(weights)
        loss = theirs.step(*batches[0])
        check_agreement(first_loss, first_grads, loss, [p.grad for p in theirs.parameters])

    our_times, their_times = [], {True: [], False: []}
    for k in range(rounds):
        our_times.append(seconds_a_call(epoch))
        for collector in (True, False) if theirs and k < micrograd_batches else ():
            seconds = seconds_a_call(lambda: theirs.step(*batches[k + 1]), 1, collector)
            their_times[collector].append(seconds * len(X) / BATCH)
    rows = [["micrograd_c: nn, losses, optim", duration(min(our_times)), ""]]
    for collector, seconds in their_times.items():
        if seconds:
            name = f"micrograd, gc {'on' if collector else 'off'}, from {len(seconds)} batches"
            rows.append([name, duration(min(seconds)), times(min(seconds) / min(our_times))])
    print(table([f"an epoch of {source}", "minimum", "ours is faster"], rows))
    print(f"Target {TARGETS['epoch']}x with the collector on.")
    if not theirs:
        print("micrograd is not installed (pip install micrograd==0.1.0): no ratio to it.")


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nets")
    add = parser.add_argument
    add("--rounds", type=int, default=7, help="default: %(default)s")
    add(
        "--batches", type=int, default=3, help="batches of micrograd to time (default: %(default)s)"
    )
    add(
        "--rows",
        type=int,
        default=ALIVE_ROWS,
        help="rows alive while memory is measured (default: %(default)s)",
    )
    add("--memory", action="store_true", help="measure memory here, and print JSON")
    args = parser.parse_args(argv)
    if args.memory:
        print(json.dumps(bytes_a_node(args.rows)))
        return
    show_overhead(args.rounds)
    show_memory(args.rows)
    show_step(args.rounds)
    show_epoch(args.rounds, args.batches)


if __name__ == "__main__":
    main()
