"""Interrupts operations and reports what went wrong. A program that tests run, not a test.

``python interrupts.py points TIMES`` interrupts each operation of ``interrupted_operations``
at TIMES of its bytecodes, ``python interrupts.py moments TIMES`` at TIMES random moments.
Either prints a line of JSON for each operation: its name, how often it was interrupted, and
how often each fault was seen. Names after TIMES choose operations.

The interrupt is what Ctrl-C causes: a pending SIGINT, which CPython handles between two
bytecodes, at those where it checks for signals. That is why the function that ``sys.settrace``
calls for each bytecode is made of callables written in C: one in Python would be
interrupted itself. An exception that a trace function raises would be harsher: it can also
come where CPython never checks, between the two sides of an assignment.
"""

import gc
import io
import itertools
import json
import operator
import os
import random
import signal
import sys
import traceback
import warnings
from _thread import interrupt_main
from collections import Counter

from interrupted_operations import LOOPS, OPERATIONS

import micrograd_c
from micrograd_c import is_grad_enabled, no_grad
from micrograd_c.engine import Value
from python_ref.core.modes import DEFAULT, put_in_force
from python_ref.core.tracing import current_trace

PACKAGES = tuple(
    os.path.dirname(sys.modules[name].__file__) for name in ("micrograd_c", "python_ref")
)

ignored = []  # "unraisable" exceptions, which Python could only print


def live_nodes():
    gc.collect()
    if micrograd_c.backend == "c":
        from micrograd_c._native import lib

        return lib.mg_live_nodes()
    return sum(issubclass(type(x), Value) for x in gc.get_objects())


def what_is_wrong(nodes_before):
    """Yield a message for each piece of state that an interrupted operation did not restore."""
    if not is_grad_enabled():
        yield "recording is off"
        put_in_force(DEFAULT)
    if current_trace() is not None:
        yield "it is still tracing"
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield "SIGINT has another handler"
    try:
        x, y = Value(3.0), Value(-2.0)
        z = x * y + x**2 - 2.0
        z.relu().backward()
        if (z.data, x.grad, y.grad, len(z._prev)) != (1.0, 4.0, 3.0, 2):
            yield f"the next statements gave {z.data, x.grad, y.grad, len(z._prev)}"
        with no_grad():
            if (x * y)._prev:
                yield "no_grad() records"
        y._op  # reads y's own node
        del x, y, z
    except Exception:
        yield "the next statements failed: " + traceback.format_exc()
    if live_nodes() != nodes_before:
        yield "nodes are left"
    if ignored:
        yield f"an exception was ignored: {ignored.pop()}"
        ignored.clear()


class CallsClose(io.IOBase):
    """Has an ``__exit__`` written in C, which takes any arguments and calls ``self.close()``."""

    closed = True

    def __init__(self, close):
        self.close = close


def traced(operation, state, iterator):
    """Run an operation, and call ``next(iterator)`` before each of our bytecodes."""
    tracer = CallsClose(iterator.__next__).__exit__
    own = operation.__code__

    def of_frame(frame, event, arg):
        if frame.f_code is not own and not frame.f_code.co_filename.startswith(PACKAGES):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return tracer

    sys.settrace(of_frame)
    try:
        operation(state)
    finally:
        sys.settrace(None)


def count_points(operation, state):
    passed = []
    traced(operation, state, map(passed.append, itertools.repeat(None)))  # append gives None
    return len(passed)


def nothing():
    """Do nothing: at the call Python handles a signal that is still pending."""


def interrupted_at(n, operation, state):
    """Interrupt an operation at its nth bytecode.

    Returns True if KeyboardInterrupt came out, False if it was lost, None if the operation has
    fewer bytecodes.
    """
    signals = itertools.repeat(int(signal.SIGINT), 1)
    fire = map(interrupt_main, signals)
    iterator = itertools.chain(itertools.repeat(None, n), fire, itertools.repeat(None))
    try:
        traced(operation, state, iterator)
        nothing()
    except KeyboardInterrupt:
        return True
    return None if operator.length_hint(signals) else False


def at_points(name, times):
    prepare, operation = OPERATIONS[name]
    for _ in range(2):  # the first run imports modules and fills caches
        points = count_points(operation, prepare())
    gc.collect()
    gc.freeze()
    before, wrong = live_nodes(), Counter()
    places = random.Random(name).sample(range(points), min(times, points))
    for n in places:
        state = prepare()
        if interrupted_at(n, operation, state) is False:
            wrong["the interrupt was lost"] += 1
        del state
        wrong.update(what_is_wrong(before))
        before = live_nodes()
    gc.unfreeze()
    return len(places), dict(wrong)


def at_moments(name, times):
    prepare, operation = LOOPS[name]
    rng, wrong, raised, caught = random.Random(name), Counter(), 0, 0

    def ring(*_):
        nonlocal raised
        raised += 1
        signal.raise_signal(signal.SIGINT)

    def until_it_rang(i, state):
        # The loop is not in the try block: there CPython 3.13 forgets the jump at the loop's end.
        while raised == i:
            operation(state)

    signal.signal(signal.SIGALRM, ring)
    operation(prepare())
    gc.collect()
    gc.freeze()
    before = live_nodes()
    for i in range(times):
        state = prepare()
        try:
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-6, 2e-3))
            until_it_rang(i, state)
            nothing()
        except KeyboardInterrupt:
            caught += 1
        del state
        wrong.update(what_is_wrong(before))
        before = live_nodes()
    gc.unfreeze()
    if caught != raised:
        wrong["the interrupt was lost"] = raised - caught
    return times, dict(wrong)


def main():
    how, times, *names = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore SIGINT
    warnings.simplefilter("ignore", RuntimeWarning)  # of coroutines that were never awaited
    sys.unraisablehook = lambda unraisable: ignored.append(repr(unraisable.exc_value))
    run, table = (at_points, OPERATIONS) if how == "points" else (at_moments, LOOPS)
    report, sys.stdout = sys.stdout, io.StringIO()  # hides what operations print
    for name in names or table:
        print(json.dumps([name, *run(name, int(times))]), file=report, flush=True)


if __name__ == "__main__":
    main()
