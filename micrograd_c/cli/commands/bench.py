"""``python -m micrograd_c bench``: how fast the engines are on this machine, in half a minute.

All contestants train micrograd's demo net with the demo's program, on the same data, from the
same weights and with the same losses. micrograd takes part if it is installed. In a checkout
``python -m benchmarks`` has more programs and more contestants.
"""

from importlib.util import find_spec

from micrograd_c.cli import streams
from micrograd_c.cli.argument_types import whole_number
from micrograd_c.cli.engines import Engine, chosen_engine, python_engine
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.options import add_json, add_quiet, say_json
from micrograd_c.cli.progress import Progress

SAMPLES, HIDDEN, SEED = 100, [16, 16], 1
TOLERANCE = 1e-9  # relative, of the first losses: micrograd adds in another order


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "bench",
        help="measure how fast the engines are here",
        description="Time a training step of micrograd's demo on our engines, and on micrograd "
        "if it is installed. They take turns, and only the ratios count.",
        example="--rounds 3",
    )
    parser.add_argument("--rounds", type=whole_number(1), default=5, metavar="N",
        help="how many turns each contestant has (default: %(default)s)")  # fmt: skip
    add_json(parser, "the times")
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(args):
    from micrograd_c._timing import race

    trainings = first_steps()
    with Progress("Racing", args.rounds, "round", args.quiet) as progress:
        results = race(
            contestants(trainings), args.rounds, between_rounds=lambda: progress.advance("")
        )
    reference = next(iter(results))
    milliseconds = {name: 1e3 * result.minimum for name, result in results.items()}
    ratios = {name: milliseconds[reference] / ms for name, ms in milliseconds.items()}
    what = f"A step of micrograd's demo (MLP 2-16-16-1, {SAMPLES} points), the fastest of rounds"
    if args.json:
        facts = {"what": what, "rounds": args.rounds, "reference": reference}
        return say_json({**facts, "milliseconds": milliseconds, "times_faster": ratios})
    print(f"{streams.wrapped(what)}:\n")
    for name, ms in milliseconds.items():
        if streams.columns() >= 74:
            print(f"{name:<34}{ms:>10.2f} ms   {ratios[name]:>6.1f} times {reference}")
        else:
            print(f"{name}\n{ms:>10.2f} ms{ratios[name]:>7.1f} times {reference}")
    if "micrograd" not in trainings and not args.quiet:
        missing = "micrograd is not installed; `pip install micrograd` lets it take part."
        print(f"\n{streams.wrapped(missing)}")


def first_steps():
    """Return a Training for each contestant, after its first step.

    Raises CommandError if the losses of that step differ.
    """
    from micrograd_c.cli.demo.dataset import two_moons
    from micrograd_c.cli.demo.training import Training

    data = two_moons(SAMPLES, SEED)
    engines = {"Python engine": python_engine(), chosen_engine().name: chosen_engine()}
    if find_spec("micrograd"):
        engines = {"micrograd": micrograd_engine(), **engines}
    trainings, losses = {}, {}
    for name, engine in engines.items():
        trainings[name] = Training(engine, data, HIDDEN, 100, SEED)
        losses[name] = trainings[name].step(0)[0]
    for loss in losses.values():
        first = next(iter(losses.values()))
        if not abs(loss - first) <= TOLERANCE * abs(first):
            raise CommandError(f"the first losses disagree: {losses}", status=1)
    return trainings


def micrograd_engine():
    from micrograd.engine import Value
    from micrograd.nn import MLP

    return Engine("micrograd", Value, MLP)


def contestants(trainings):
    """Return the contestants of the race: each training, and micrograd without the collector."""
    from micrograd_c._timing import Contestant

    found = []
    for name, training in trainings.items():
        found.append(Contestant(name, lambda training=training: training.step(0)))
        if name == "micrograd":
            off = Contestant("micrograd, garbage collector off", found[-1].run, collector=False)
            found.append(off)
    return found
