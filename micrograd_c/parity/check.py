"""Random programs by the thousand: how many differ, and the smallest that shows it."""

import random
from typing import Callable, NamedTuple, Optional

from micrograd_c.parity import (
    compare,
    compare_traces,
    net_programs,
    override_programs,
    programs,
    trace_programs,
)
from micrograd_c.parity.compare import differences
from micrograd_c.parity.shrink import shrink
from python_ref import engine as reference


class Kind(NamedTuple):
    """A kind of random programs."""

    random_program: Callable  # of a random.Random
    run: Callable  # the program and an engine -> a Result
    as_python: Callable  # the program and its errors -> source


def run(program, engine):
    return compare.run(program, engine.Value, engine.MLP)


def run_trace(program, engine):
    is_python = engine.Value is reference.Value
    return compare_traces.run_in_python(program) if is_python else compare_traces.run_in_c(program)


KINDS = {
    "eager": Kind(programs.random_program, run, programs.as_python),
    "nets": Kind(net_programs.random_program, run, net_programs.net_as_python),
    "overrides": Kind(override_programs.random_program, run, override_programs.overrides_as_python),
    "jit": Kind(trace_programs.random_program, run_trace, trace_programs.trace_as_python),
}


class Report(NamedTuple):
    graphs: int
    nodes: int
    differences: int  # graphs that came out differently
    seed: Optional[int]  # of the first of them
    program: Optional[list]  # the smallest program found that shows it


def check(kind, graphs, seed, first, second, advance=lambda text: None):
    """Run ``graphs`` random programs of a kind on two engines and report what differs.

    Program number i is made with seed + i, so that it can be made again alone.
    ``advance`` is called with the count of differences after each.
    """

    def differs(program):
        return bool(differences(kind.run(program, first), kind.run(program, second)))

    nodes = found = 0
    worst_seed = smallest = None
    for i in range(graphs):
        program = kind.random_program(random.Random(seed + i))
        left, right = kind.run(program, first), kind.run(program, second)
        nodes += len(right.nodes)
        if differences(left, right):
            found += 1
            if smallest is None:
                worst_seed, smallest = seed + i, shrink(program, differs)
        advance(f"{found} differences")
    return Report(graphs, nodes, found, worst_seed, smallest)
