"""Measures which of several programs is faster, and by how much, in a race of rounds.

A machine's speed can change by half during a measurement, so two times taken one after the
other say little. In a race every contestant runs once in every round, and only ratios within
one race count. pyperf and pytest-benchmark do not serve here, because they finish one benchmark
before they start the next.

The cyclic garbage collector is part of the cost of a program that leaves cycles, and a
collection costs more the more objects other programs have left. So each timed piece starts after
a full collection, and runs with the collector on or off as its contestant says.
"""

import gc
import statistics
import time
from typing import Callable, NamedTuple


class Contestant(NamedTuple):
    name: str
    run: Callable  # called without arguments
    collector: bool = True  # False to run it with the garbage collector off


class Times(NamedTuple):
    """The seconds that one call took, a number for each round."""

    seconds: list

    @property
    def minimum(self):
        return min(self.seconds)

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def spread(self):
        """By which fraction the median is longer than the minimum."""
        return self.median / self.minimum - 1.0


def race(contestants, rounds=5, piece_seconds=0.05, between_rounds=lambda: None):
    """Run all contestants in turn, ``rounds`` times. Returns a dict of Times by name.

    In each round a contestant is called as often as fits in ``piece_seconds``, at least once.
    The calls that find out how often also warm it up, and are not counted.
    """
    calls = [calls_to_fill(piece_seconds, contestant) for contestant in contestants]
    times = {contestant.name: Times([]) for contestant in contestants}
    for _ in range(rounds):
        for contestant, n in zip(contestants, calls):
            times[contestant.name].seconds.append(
                seconds_a_call(contestant.run, n, contestant.collector)
            )
        between_rounds()
    return times


def calls_to_fill(seconds, contestant):
    """Return how many calls of a contestant take about ``seconds``."""
    n, enough = 1, 0.2 * seconds
    while True:
        # Take the smaller of two times: another program may have used this core in one of them.
        tries = (seconds_a_call(contestant.run, n, contestant.collector) for _ in range(2))
        taken = n * min(tries)
        if taken >= enough:
            return max(1, round(n * seconds / taken))
        n *= 5


def seconds_a_call(run, n=1, collector=True):
    """Return the mean seconds of ``n`` calls, after a full collection, collector on or off."""
    was_on = gc.isenabled()
    gc.collect()
    if collector:
        gc.enable()
    else:
        gc.disable()
    try:
        started = time.perf_counter()
        for _ in range(n):
            run()
        return (time.perf_counter() - started) / n
    finally:
        if was_on:
            gc.enable()
        else:
            gc.disable()
