"""Compares many random programs of one kind, and reports the first that differs, made smaller."""

import random
from typing import Callable, NamedTuple, Optional

from micrograd_c.parity import (
    compare,
    compare_jit,
    gradient_programs,
    jit_programs,
    net_programs,
    override_programs,
    programs,
)
from micrograd_c.parity.compare import differences
from micrograd_c.parity.shrink import shrink
from python_ref import engine as reference


class Kind(NamedTuple):
    """How the programs of one kind are made, run and printed."""

    random_program: Callable  # random.Random -> a program
    run: Callable  # a program, an engine -> a Result
    as_python: Callable  # a program, the errors of its steps -> Python source


def run_with_values(program, engine):
    return compare.run(program, engine.Value, engine.MLP)


def run_with_jit(program, engine):
    is_python = engine.Value is reference.Value
    return compare_jit.run_in_python(program) if is_python else compare_jit.run_in_c(program)


KINDS = {
    "eager": Kind(programs.random_program, run_with_values, programs.as_python),
    "nets": Kind(net_programs.random_program, run_with_values, net_programs.as_python_with_nets),
    "overrides": Kind(
        override_programs.random_program,
        run_with_values,
        override_programs.as_python_with_overrides,
    ),
    "gradients": Kind(
        gradient_programs.random_program,
        gradient_programs.run,
        gradient_programs.as_python_with_gradients,
    ),
    "jit": Kind(jit_programs.random_program, run_with_jit, jit_programs.as_python_with_jit),
}


class Report(NamedTuple):
    graphs: int  # how many programs were run
    nodes: int  # how many nodes they left in all
    differences: int  # how many programs differ between the engines
    seed: Optional[int]  # the seed of the first program that differs
    program: Optional[list]  # that program, made smaller while it still differs


def make_report(kind, graphs, seed, first, second, advance=lambda text: None):
    """Run ``graphs`` random programs of a kind on two engines. Returns a Report.

    Program number i is made with seed + i, so that it can be made again without the others.
    After each program ``advance`` is called with text that says how many differ so far.
    """

    def differs(program):
        return bool(differences(kind.run(program, first), kind.run(program, second)))

    nodes = found = 0
    first_seed = smallest = None
    for i in range(graphs):
        program = kind.random_program(random.Random(seed + i))
        left, right = kind.run(program, first), kind.run(program, second)
        nodes += len(right.nodes)
        if differences(left, right):
            found += 1
            if smallest is None:
                first_seed, smallest = seed + i, shrink(program, differs)
        advance(f"{found} differences")
    return Report(graphs, nodes, found, first_seed, smallest)
