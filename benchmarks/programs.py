"""Compares ``jit``'s compiled programs with their targets: ``python -m benchmarks.programs``.

- ``steps``: training steps by ``fit``, and by ``backward`` and ``optimizer.step()`` from Python,
  compared with NumPy by hand and C by hand.
- ``parts``: the times of forward, backward and optimizer of an MLP 64-32-10 on 32 rows of digits,
  with tanh, with softmax cross-entropy, with both and with neither.
- ``chain``: y = y * w + b, 10,000 times, at batch 1 and 16.
- ``graph``: random graphs of scalar nodes, without structure that the compiler could recognise:
  the time per node to run forward and backward, and to trace and compile, as graphs grow.
- ``threads``: a step on 4,096 rows by one thread and by two, and two steps at once.

All run in one process, contestants in turns. ``--only chain graph`` measures only these two.
"""

import argparse
import random
import threading
import time
from array import array

from benchmarks.agreement import check_agreement
from benchmarks.peers import CannotDo, c_by_hand, jit, nets, numpy_by_hand
from benchmarks.report import LIMIT
from benchmarks.tasks import make_data, make_task
from benchmarks.tasks.digits import make_data as digits_data
from benchmarks.text import duration, table, three_digits, times
from micrograd_c._timing import Contestant, race
from micrograd_c.cli.argument_types import whole_number

STEPS = 200  # the number of steps in a call
CHAIN = 10_000  # how many times y * w + b is computed
NODES = (65_800, 500_000, 5_000_000)
MOST_TO_REPEAT = 1_000_000  # nodes; larger graphs are traced once
THREADS_ROWS, EPOCHS = 4096, 20


# --- steps ----------------------------------------------------------------------

TARGETS = {
    "demo_step": "fit within 1.5x of C by hand, 8x ahead of NumPy; from Python at most 6 µs more",
    "digits:32": "fit within 1.5x of C by hand and 3x ahead of NumPy",
    "digits:1": "fit at most 1.2 µs",
}


def show_steps(rounds):
    for name, target in TARGETS.items():
        task = make_task(name, make_data(name))
        runners = {
            "fit": jit.make_runner(task, fit=True),
            "backward + step from Python": jit.make_runner(task, fit=False),
            "NumPy by hand": numpy_by_hand.make_runner(task),
        }
        try:
            runners[LIMIT] = c_by_hand.make_runner(task)
        except CannotDo as error:
            print(f"{LIMIT}: {error}.")
        expected = None
        for runner in runners.values():
            runner.steps(1)
            expected = expected or runner.answer()
            check_agreement(*runner.answer(), *expected)
        results = race([contestant(*pair) for pair in runners.items()], rounds)
        fit = results["fit"].minimum / STEPS
        rows = []
        for who, t in results.items():
            step = t.minimum / STEPS
            cells = [duration(step), duration(t.median / STEPS), times(step / fit)]
            rows.append([who, *cells])
        print(table([task.title, "minimum", "median", "to fit"], rows))
        extra = results["backward + step from Python"].minimum / STEPS - fit
        print(f"From Python {1e6 * extra:+.2f} µs. Target: {target}.\n")


def contestant(name, runner):
    return Contestant(name, lambda: runner.steps(STEPS))


# --- parts ----------------------------------------------------------------------

VARIANTS = {  # nonlin, and True if the loss is softmax cross-entropy
    "relu, squared error": ("relu", False),
    "tanh, squared error": ("tanh", False),
    "relu, cross-entropy": ("relu", True),
    "tanh, cross-entropy": ("tanh", True),
}


def digits_loss(nonlin, softmax):
    """Return a jitted loss of 64-32-10, its rows and an optimizer with a tiny learning rate."""
    from micrograd_c import dot, logsumexp
    from micrograd_c import jit as jitted
    from micrograd_c.optim import SGD

    task = make_task("digits:32", digits_data(32))
    model = nets.make_model(task._replace(net=task.net._replace(nonlin=nonlin)))

    @jitted
    def loss(x, one_hot):
        logits = model(x)
        if softmax:
            return logsumexp(logits) - dot(one_hot, logits)
        return sum((out - y) * (out - y) for out, y in zip(logits, one_hot)) * 0.1

    return loss, task.net.X, task.net.Y, SGD(model.parameters(), lr=1e-9)


def show_parts(rounds):
    import numpy as np

    contestants = []
    for name, (nonlin, softmax) in VARIANTS.items():
        loss, X, Y, optimizer = digits_loss(nonlin, softmax)
        X, Y = np.array(X), np.array(Y)
        loss.check(X[:2], Y[:2])
        options = {"optimizer": optimizer, "shuffle": False, "epochs": STEPS}
        calls = {
            "forward": repeated(loss, X, Y),
            "both": repeated(loss.backward, X, Y),
            "fit": lambda loss=loss, X=X, Y=Y, options=options: loss.fit(X, Y, **options),
            "step": repeated(optimizer.step),
        }
        contestants += [Contestant(f"{name}: {part}", run) for part, run in calls.items()]
    results = race(contestants, rounds)
    rows = []
    for name in VARIANTS:
        forward, both, fit, step = (
            results[f"{name}: {part}"].minimum / STEPS
            for part in ("forward", "both", "fit", "step")
        )
        parts = forward, both - forward, step, fit
        rows.append([name, *(f"{1e6 * seconds:.2f}" for seconds in parts)])
    header = ["64-32-10, batch 32, µs", "forward", "backward", "optimizer", "fit, a step"]
    print(table(header, rows))
    print(
        "Forward, backward (loss.backward less forward) and optimizer are calls from Python; `fit`"
        "\nis all three in C. The cost of tanh or softmax is the difference of two rows.\n"
    )


def repeated(function, *arguments):
    def run():
        for _ in range(STEPS):
            function(*arguments)

    return run


# --- chain ----------------------------------------------------------------------


def show_chain(rounds):
    import numpy as np

    from micrograd_c import Value
    from micrograd_c import jit as jitted

    w, b = Value(0.5), Value(0.25)

    @jitted
    def loss(y):
        for _ in range(CHAIN):
            y = y * w + b
        return y

    batches = {1: 5, 16: 1}  # batch size -> the target in ns per operator
    batch_data = {n: np.linspace(0.5, 1.5, n) for n in batches}
    loss.check(batch_data[1])
    results = race(
        [Contestant(n, lambda x=x: loss.backward(x)) for n, x in batch_data.items()], rounds
    )
    rows = []
    for n, target in batches.items():
        ns = [1e9 * s / (2 * CHAIN * n) for s in (results[n].minimum, results[n].median)]
        rows.append([f"batch {n}", *map(three_digits, ns), f"<= {target}", verdict(ns[0], target)])
    header = [f"chain of {CHAIN:,} times y * w + b", "minimum", "median", "target", "reached"]
    print(table(header, rows))
    print("ns per operator and row, forward and backward.\n")


def verdict(figure, target):
    return "yes" if figure <= target else "no"


# --- graph ----------------------------------------------------------------------


def random_program(Value, n):
    """Return a function of some Values x that makes n operator nodes, all below its result.

    Each operator replaces one Value of a pool by its result; the other operand is any Value of
    the pool, or a weight. The pool grows with n, which keeps the numbers bounded for any n.
    """
    rng, size = random.Random(1), max(2, n // 64)
    made = n - (size - 1)  # the remaining nodes are the sum over the pool
    kinds = bytes(rng.choices(range(3), weights=(5, 4, 1), k=made))
    firsts, seconds = (array("l", (int(size * rng.random()) for _ in kinds)) for _ in range(2))
    weights = [Value(rng.uniform(-1, 1)) for _ in range(64)]

    def program(x):
        x = list(x)  # of a Vector, whose * is elementwise
        pool = (x * (size // len(x) + 1))[:size]
        for kind, i, j in zip(kinds, firsts, seconds):
            if kind == 0:
                pool[i] = pool[i] + pool[j]
            elif kind == 1:
                pool[i] = pool[i] * weights[j & 63]
            else:
                pool[i] = pool[i].maximum(pool[j])
        return sum(pool[1:], pool[0])

    return program


def show_graph(rounds):
    import numpy as np

    from micrograd_c import Value
    from micrograd_c import jit as jitted

    rows, X = [], np.linspace(-1.0, 1.0, 16).reshape(1, 16)
    for n in NODES:
        program = random_program(Value, n)
        prepare = []
        for _ in range(rounds if n <= MOST_TO_REPEAT else 1):
            loss = jitted(program)
            started = time.perf_counter()
            loss.backward(X)
            prepare.append(time.perf_counter() - started)
        eager = time.perf_counter()
        program(list(map(Value, X[0])))
        eager = time.perf_counter() - eager
        run = race([Contestant("run", lambda: loss.backward(X))], rounds)["run"].minimum
        if n <= NODES[0]:
            loss.check(X)
        compiling = 1e6 * (min(prepare) - run) / n
        rows.append(
            [f"{n:,}", f"{1e9 * run / n:.1f}", f"{1e6 * eager / n:.2f}", f"{compiling:.2f}"]
        )
    header = ["nodes", "run, ns a node", "eager build, µs a node", "trace + compile, µs a node"]
    print(table(header, rows))
    print(
        f"A random graph, batch 1, forward and backward. Targets: at most 10 ns a node at "
        f"{NODES[0]:,};\ntrace + compile, the Python function's own run included, at most 1 µs a "
        f"node, the same to {NODES[-1]:,}.\n"
    )


# --- threads --------------------------------------------------------------------


def show_threads(rounds):
    rows = []
    for name in ("demo_step", "digits:32"):
        task = with_rows(make_task(name, make_data(name)), THREADS_ROWS)
        runners = [jit.make_runner(task, fit=True) for _ in range(2)]

        def fit(runner, threads=1):
            options = {"optimizer": runner.optimizer, "epochs": EPOCHS, "shuffle": False}
            runner.loss.fit(runner.X, runner.Y, threads=threads, **options)

        def two_fits(runners=runners):
            other = threading.Thread(target=fit, args=runners[:1])
            other.start()
            fit(runners[1])
            other.join()

        contestants = [
            Contestant("one thread", lambda runner=runners[0]: fit(runner)),
            Contestant("two threads", lambda runner=runners[0]: fit(runner, threads=2)),
            Contestant("two fits", two_fits),
        ]
        results = race(contestants, rounds)
        one, two, fits = (t.minimum / EPOCHS for t in results.values())
        rows.append(["-".join(map(str, task.net.sizes)), duration(one), duration(two),
                     times(one / two), times(2 * one / fits)])  # fmt: skip
    header = [f"a step on {THREADS_ROWS:,} rows", "one thread", "two threads", "faster",
              "two trainings at once"]  # fmt: skip
    print(table(header, rows))
    print(
        "By fit. Target: at least 1.7x on two cores. The last column is the gain of two trainings "
        "that\nshare nothing and run at once, each in one thread: the most that threads can gain "
        "on this\nmachine."
    )


def with_rows(task, n):
    """Return the task with n rows: those of its net, repeated."""
    X, Y = ((rows * (n // len(rows) + 1))[:n] for rows in (task.net.X, task.net.Y))
    return task._replace(net=task.net._replace(X=X, Y=Y))


SECTIONS = {
    "steps": show_steps,
    "parts": show_parts,
    "chain": show_chain,
    "graph": show_graph,
    "threads": show_threads,
}


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.programs")
    add = parser.add_argument
    add("--rounds", type=whole_number(1), default=7, metavar="N", help="default: %(default)s")
    add("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="SECTION",
        help="of steps, parts, chain, graph and threads")  # fmt: skip
    args = parser.parse_args(argv)
    for name in args.only:
        SECTIONS[name](args.rounds)


if __name__ == "__main__":
    main()
