"""``python -m micrograd_c parity``: the C engine against the Python engine, bit for bit."""

from micrograd_c.cli.arguments import whole_number
from micrograd_c.cli.engines import c_engine, python_engine
from micrograd_c.cli.progress import Progress


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "parity",
        help="check the C engine against the Python engine with random programs",
        description="Run random programs on both engines and compare every node's data and grad "
        "bit for bit, exceptions included. The exit status is 1 if anything differs.",
    )
    add = parser.add_argument
    add("--graphs", type=whole_number(1), default=1000, metavar="N",
        help="how many programs (default: %(default)s)")  # fmt: skip
    add("--seed", type=whole_number(0), default=1, metavar="S",
        help="seed of the first, the next has S + 1 (default: %(default)s)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args):
    from micrograd_c import parity
    from micrograd_c.random_programs import as_python

    engines = c_engine(), python_engine()
    first, second = (engine.Value for engine in engines)
    with Progress("Parity", args.graphs, "graph") as progress:
        report = parity.check(args.graphs, args.seed, first, second, progress.advance)
    print(f"graphs {report.graphs}, nodes {report.nodes}, differences {report.differences}")
    if not report.differences:
        return 0
    left, right = parity.run(report.program, first), parity.run(report.program, second)
    print(f"\nThe first is made by --graphs 1 --seed {report.seed}. The smallest that shows it:\n")
    print(as_python(report.program, right.errors))
    print(f"\n{engines[0].name} != {engines[1].name}:")
    for line in parity.differences(left, right):
        print(f"  {line}")
    return 1
