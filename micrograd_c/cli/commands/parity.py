"""``python -m micrograd_c parity``: compare the two engines bit for bit on random programs."""

from micrograd_c.cli import streams
from micrograd_c.cli.argument_types import whole_number
from micrograd_c.cli.engines import c_engine, python_engine
from micrograd_c.cli.options import add_json, add_quiet, say_json
from micrograd_c.cli.progress import Progress

KIND_NAMES = ("eager", "nets", "overrides", "gradients", "jit")  # the keys of parity.report.KINDS


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "parity",
        help="check the C engine against the Python engine with random programs",
        description="Run random programs on both engines and compare every node's data and grad "
        "bit for bit, and their exceptions. Gradients that C adds in another order may differ by "
        "1e-12 of the sizes of what is added. The exit status is 1 if anything differs.",
        example="--kind nets --graphs 100",
    )
    add = parser.add_argument
    add("--kind", choices=(*KIND_NAMES, "all"), default="all", metavar="KIND",
        help="eager: programs of operators; nets; overrides: operators that users changed; "
        "gradients: gradients() of gradients(); jit; or all in turn (default: all)")  # fmt: skip
    add("--graphs", type=whole_number(1), default=1000, metavar="N",
        help="how many programs of each kind (default: %(default)s)")  # fmt: skip
    add("--seed", type=whole_number(0), default=1, metavar="S",
        help="seed of the first program; the next has S + 1 (default: %(default)s)")  # fmt: skip
    add_json(parser, "the reports")
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(args):
    engines = c_engine(), python_engine()
    kinds = KIND_NAMES if args.kind == "all" else (args.kind,)
    reports = [compare_engines(name, args, engines) for name in kinds]
    if args.json:
        say_json({"kinds": {name: facts for name, (facts, _) in zip(kinds, reports)}})
    return max(status for _, status in reports)


def compare_engines(name, args, engines):
    """Compare the engines on one kind of program, and print the report unless it is for --json.

    Returns the report as a dict, and the exit status.
    """
    from micrograd_c.parity.compare import differences
    from micrograd_c.parity.report import KINDS, make_report

    kind = KINDS[name]
    with Progress(f"Parity, {name}", args.graphs, "graph", args.quiet) as progress:
        report = make_report(kind, args.graphs, args.seed, *engines, progress.advance)
    facts = {
        "graphs": report.graphs,
        "nodes": report.nodes,
        "differences": report.differences,
        "seed": report.seed,
    }
    if not args.json:
        counts = f"graphs {report.graphs}, nodes {report.nodes}, differences {report.differences}"
        print(streams.wrapped(f"{name}: {counts}"))
    if args.json or not report.differences:
        return facts, int(report.differences > 0)
    left, right = (kind.run(report.program, engine) for engine in engines)
    print(f"\nThe first is made by --kind {name} --graphs 1 --seed {report.seed}. "
          "The smallest that shows it:\n")  # fmt: skip
    print(kind.as_python(report.program, right.errors))
    print(f"\n{engines[0].name} != {engines[1].name}:")
    for line in differences(left, right):
        print(f"  {line}")
    return facts, 1
