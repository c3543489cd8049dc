"""Which program is faster, and by how much: contestants race each other in rounds.

A machine's speed drifts by half while one measures, so two figures taken one after
the other say little. In a race every contestant runs once in every round, and only
ratios within one race count. pyperf and pytest-benchmark finish one benchmark before
they start the next, which is why they can't serve here.

The cyclic garbage collector is part of a program's cost where the program leaves
cycles, and its costs grow with what others left behind. So each timed piece starts
after a full collection, and runs with the collector on or off as its contestant says.
"""

import gc
import statistics
import time
from typing import Callable, NamedTuple


class Contestant(NamedTuple):
    name: str
    run: Callable  # called without arguments
    collector: bool = True  # whether the garbage collector is on meanwhile


class Times(NamedTuple):
    """Seconds that one call took, one figure a round."""

    seconds: list

    @property
    def minimum(self):
        return min(self.seconds)

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def spread(self):
        """How much longer the median is than the minimum, as a fraction."""
        return self.median / self.minimum - 1.0


def race(contestants, rounds=5, piece_seconds=0.05, between_rounds=lambda: None):
    """Run all contestants ``rounds`` times by turns; their Times by name.

    A contestant is called as often as fills ``piece_seconds``, at least once. What tells
    how often that is also warms it up, and is not counted.
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
    n, enough = 1, 0.2 * seconds
    while True:
        # the smaller of two: another program's turn on this core must not count
        tries = (seconds_a_call(contestant.run, n, contestant.collector) for _ in range(2))
        taken = n * min(tries)
        if taken >= enough:
            return max(1, round(n * seconds / taken))
        n *= 5


def seconds_a_call(run, n=1, collector=True):
    """The mean over ``n`` calls, after a full collection, collector on or off."""
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
