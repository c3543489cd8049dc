"""Mixes all kinds of operations at random. A program that tests run, not a test.

``python stress.py SEED ROUNDS ACTIONS [SECONDS]``: in each round several threads run ACTIONS
random actions of ``stress_actions.py`` each, while signal handlers interrupt the main thread.
It fails if a Value shows another Value's number, a mode is wrong after an action, a node is
left after a round, or a round does not end. SECONDS makes it run rounds for that long. It
prints how often each action ran.
"""

import contextvars
import faulthandler
import gc
import os
import random
import signal
import sys
import threading
import time
import traceback
import warnings
from collections import Counter

import numpy.random  # noqa: F401 - which NumPy imports lazily: an interrupted import may hang
import stress_actions  # noqa: F401 - which fills ACTIONS
from stress_world import ACTIONS, Planned, Shared, World, check

import micrograd_c
from micrograd_c import is_grad_enabled
from micrograd_c.engine import Value
from python_ref.core.tracing import current_trace

THREADS = 3
# Where signal handlers can raise: on other Pythons an exception may come at the end of a `with`
# block before its mode is left, see python_ref/core/modes.py.
CAN_RAISE = (
    hasattr(signal, "setitimer")
    and sys.implementation.name == "cpython"
    and sys.version_info >= (3, 10)
)
counts, failures = Counter(), []


class Hit(Exception):
    """The exception that the signal handler raises."""


def note_failure():
    failures.append(traceback.format_exc())
    print(failures[-1], file=sys.stderr, flush=True)


def note_unraisable(unraisable):
    counts[f"{unraisable.exc_type.__name__} that Python ignored"] += 1
    where = getattr(unraisable.object, "__module__", None) or ""
    known = unraisable.exc_type in (Hit, Planned)
    if not known or where.startswith(("micrograd_c", "python_ref")):
        lines = traceback.format_exception(
            unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback
        )
        failures.append(f"ignored in {unraisable.object!r}: " + "".join(lines))
        print(failures[-1], file=sys.stderr, flush=True)


def live_nodes():
    for _ in range(3):
        gc.collect()
    if micrograd_c.backend == "c":
        from micrograd_c._native import lib

        return lib.mg_live_nodes()
    return sum(issubclass(type(x), Value) for x in gc.get_objects())


def check_modes():
    assert is_grad_enabled(), "recording is off"
    assert current_trace() is None, "it is still tracing"


def work(world, n):
    try:
        for _ in range(n):
            world.act()
            check_modes()
    except BaseException:
        note_failure()


def work_interrupted(world, n, handler_world):
    """As ``work``, in the main thread, where signal handlers run actions of their own and raise."""
    rng, may_raise = random.Random(world.rng.random()), False

    def ring(*_):
        nonlocal may_raise
        counts["signals"] += 1
        for ref in world.refs[:5]:
            v = ref()
            if v is not None:
                check(v)
                v._prev
        if handler_world.rng.random() < 0.3:
            contextvars.Context().run(handler_world.act)  # not in the mode of what it interrupts
        if may_raise and handler_world.rng.random() < 0.8:
            may_raise = False  # only one at a time: not again until this one is caught
            raise Hit

    def act_on():
        nonlocal done, may_raise
        while done < n:
            done += 1
            if rng.random() < 0.4:
                may_raise = True
                signal.setitimer(signal.ITIMER_REAL, rng.choice((2e-5, 1e-3)) * rng.random())
            world.act()
            check_modes()
        signal.setitimer(signal.ITIMER_REAL, 0)
        check_modes()

    signal.signal(signal.SIGALRM, ring)
    done = 0
    while done < n and not failures:
        try:
            act_on()
        except Hit:
            counts["exceptions out of a signal handler"] += 1
            try:
                check_modes()
            except AssertionError:
                note_failure()
        except BaseException:
            note_failure()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)  # the handler, ring, would keep the worlds alive


def one_round(seed, n):
    shared = Shared()
    worlds = [World(shared, f"{seed}/{i}") for i in range(THREADS + 1)]
    threads = [threading.Thread(target=work, args=(world, n)) for world in worlds[2:]]
    for thread in threads:
        thread.start()
    if CAN_RAISE:
        work_interrupted(worlds[0], n, worlds[1])
    else:
        work(worlds[0], n)
    for thread in threads:
        thread.join()
    for world in worlds:
        counts.update(world.counts)
        for v, number, _ in world.slots:
            check(v)
            if v.data != number:
                failures.append(f"{v.data} is not {number}")


def main():
    seed, rounds, n, *seconds = map(int, sys.argv[1:])
    end = time.monotonic() + seconds[0] if seconds else None
    sys.unraisablehook = note_unraisable
    sys.setswitchinterval(1e-5)
    warnings.simplefilter("error")
    faulthandler.enable()
    faulthandler.dump_traceback_later(300, exit=True)
    one_round(seed, 20)  # imports modules and fills caches
    if hasattr(gc, "unfreeze"):
        gc.unfreeze()
    before = live_nodes()
    while not failures and (time.monotonic() < end if end else counts["rounds"] < rounds):
        faulthandler.dump_traceback_later(300, exit=True)
        one_round(seed + counts["rounds"], n)
        counts["rounds"] += 1
        if hasattr(gc, "unfreeze"):
            gc.unfreeze()
        after = live_nodes()
        if after != before:
            failures.append(f"{after - before} nodes are left")
        if end and counts["rounds"] % 100 == 0:
            print(counts["rounds"], "rounds", file=sys.stderr, flush=True)
    faulthandler.cancel_dump_traceback_later()
    acted = sum(counts[name] for name in ACTIONS)
    print(f"{micrograd_c.backend} engine, seed {seed}: {acted} actions, {dict(counts)}")
    for failure in failures:
        print("FAILED:", failure)
    sys.stdout.flush()
    os._exit(bool(failures))  # after a failure threads may still be running


if __name__ == "__main__":
    main()
