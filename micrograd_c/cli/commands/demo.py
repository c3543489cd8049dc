"""``python -m micrograd_c demo``: train a net on the C engine; check it on the Python engine."""

from typing import NamedTuple

from micrograd_c.cli import streams
from micrograd_c.cli.argument_types import layer_sizes, whole_number
from micrograd_c.cli.demo import dataset, decision_boundary
from micrograd_c.cli.engines import c_engine, python_engine
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.options import add_quiet
from micrograd_c.cli.output_files import check_picture, save_picture
from micrograd_c.cli.progress import Progress

DEFAULT_SAMPLES = 100
CHECKED_STEPS = 5  # the Python engine repeats this many steps …
CHECK_SECONDS = 20.0  # … but starts none after this time


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "demo",
        help="train a small net and check it against the Python engine",
        description="Train an MLP to tell two classes apart, by full-batch gradient descent on "
        "the hinge loss with an L2 penalty, as micrograd's demo notebook does. The first steps "
        "are repeated on the Python engine and must come out equal, bit for bit.",
        example="--steps 50 --out moons.png",
    )
    add = parser.add_argument
    add("--steps", type=whole_number(1), default=100, metavar="N",
        help="steps of gradient descent (default: %(default)s)")  # fmt: skip
    add("--samples", type=whole_number(2, 1_000_000), metavar="N",
        help=f"points in the two moons (default: {DEFAULT_SAMPLES})")  # fmt: skip
    add("--hidden", type=layer_sizes, default=[16, 16], metavar="SIZES",
        help="sizes of the hidden layers (default: 16,16)")  # fmt: skip
    add("--seed", type=whole_number(0), default=1337, metavar="N",
        help="seed of the points and the weights (default: %(default)s)")  # fmt: skip
    add("--engine", choices=("c", "python", "both"), default="both",
        help="the engine that trains; both (the default): C trains, Python checks")  # fmt: skip
    add("--data", metavar="FILE.csv",
        help="learn this file instead of the moons: a header, columns of numbers, and in the "
        "last column one of two classes")  # fmt: skip
    add("--out", metavar="FILE.png", help="where the picture goes (default: demo.png)")
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(args):
    check_picture(args.out)
    trainer, checker = choose_engines(args.engine)
    data = choose_data(args)

    training = start_training(trainer, data, args)
    sizes = "-".join(map(str, [len(data.X[0]), *args.hidden, 1]))
    title = streams.one_line(data.title)
    what = f"{title}; MLP {sizes} with {len(training.parameters)} parameters; {trainer.name}"
    print(streams.wrapped(what))
    first_steps = train(training, args.steps, CHECKED_STEPS if checker else 0, args.quiet)
    check = check_training(checker, data, args, first_steps) if checker else None

    color = decision_boundary.terminal_has_color()
    print(f"\n{decision_boundary.draw_in_terminal(training.model, data, color)}")
    print(f"\nAccuracy  {training.accuracy():.1%} after {args.steps} steps")
    print(f"Time      {duration(sum(training.seconds))} on the {trainer.name}")
    if check:
        print(streams.wrapped(f"Check     {check.verdict}", indent=10))
        print(streams.wrapped(f"Speed-up  {check.speed_up(training)}", indent=10))
    picture = save_picture(
        args.out or "demo.png", lambda path: decision_boundary.draw_png(training.model, data, path)
    )
    print(f"Picture   {picture}")
    if args.out and picture != args.out:
        raise CommandError(f"{args.out} is not drawn: {picture}", 1)
    return 1 if check and check.differences else 0


def choose_engines(name):
    """Return the engine that trains, and the one that checks it or None."""
    if name == "python":
        return python_engine(), None
    if name == "c":
        return c_engine(), None
    try:
        return c_engine(), python_engine()
    except CommandError as error:
        streams.complain(f"Training on the Python engine, with nothing to check: {error}")
        return python_engine(), None


def choose_data(args):
    if not args.data:
        return dataset.two_moons(args.samples or DEFAULT_SAMPLES, args.seed)
    if args.samples:
        raise CommandError("--samples is for the two moons, it does not go with --data")
    return dataset.from_csv(args.data)


def start_training(engine, data, args):
    from micrograd_c.cli.demo.training import Training

    return Training(engine, data, args.hidden, args.steps, args.seed)


def train(training, steps, n_recorded, quiet=False):
    """Do all steps under a progress bar. Returns ``step_bits`` of the first ``n_recorded``."""
    recorded = []
    with Progress(training.engine.name, steps, "step", quiet) as progress:
        for k in range(steps):
            loss, accuracy = training.step(k)
            if k < n_recorded:
                recorded.append(training.step_bits(loss))
            progress.advance(f"loss {loss:.4f}, accuracy {accuracy:.1%}")
    return recorded


class Check(NamedTuple):
    """The first steps, repeated on another engine."""

    engine_name: str
    n_parameters: int
    seconds: list  # the duration of each step
    differences: int  # how many losses, parameters and gradients differ

    @property
    def steps(self):
        n = len(self.seconds)
        return "the first step" if n == 1 else f"the first {n} steps"

    @property
    def verdict(self):
        what = f"loss and all {self.n_parameters} parameters in {self.steps}"
        if self.differences:
            return f"FAILED: {what}: {self.differences} are not the {self.engine_name}'s"
        return f"{what} equal the {self.engine_name}'s, bit for bit"

    def speed_up(self, training):
        n = len(self.seconds)
        theirs, ours = sum(self.seconds) / n, sum(training.seconds[:n]) / n
        return (
            f"{theirs / ours:.0f}x in {self.steps}: {duration(ours)} a step instead of "
            f"{duration(theirs)}"
        )


def check_training(engine, data, args, recorded):
    """Repeat the steps with these ``step_bits`` on another engine. Returns a Check."""
    check = start_training(engine, data, args)
    differences = 0
    with Progress(engine.name, len(recorded), "step", args.quiet) as progress:
        for k, expected in enumerate(recorded):
            loss, accuracy = check.step(k)
            differences += sum(a != b for a, b in zip(check.step_bits(loss), expected))
            progress.advance(f"loss {loss:.4f}, accuracy {accuracy:.1%}")
            if sum(check.seconds) > CHECK_SECONDS:
                break
    return Check(engine.name, len(check.parameters), check.seconds, differences)


def duration(seconds):
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"
