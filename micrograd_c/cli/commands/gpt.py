"""``python -m micrograd_c gpt``: train a small GPT on the lines of a text, and sample new ones."""

import random
import time

from micrograd_c.cli import streams
from micrograd_c.cli.argument_types import positive_number, whole_number
from micrograd_c.cli.engines import chosen_engine
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.exit_status import INTERRUPTED
from micrograd_c.cli.gpt import model_file, text
from micrograd_c.cli.gpt.sizes import Sizes, checked_sizes
from micrograd_c.cli.options import add_json, add_quiet, say_json
from micrograd_c.cli.output_files import check_output
from micrograd_c.cli.progress import Progress

DEFAULTS = {"layers": 1, "heads": 4, "embed": 16, "block": 16}


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "gpt",
        help="train a small GPT on names, and invent new ones",
        description="Train a GPT, whose every number is a Value, on the lines of a text file: "
        "names, words or short sentences. Then it invents lines like them. A tenth of the lines "
        "is kept for the validation loss. Without a file it learns names that come with it.",
        example="names.txt --steps 2000 --out model.npz",
    )
    add = parser.add_argument
    add("text", nargs="?", metavar="NAMES.txt", help="a text file in UTF-8, a name on each line")
    add("--steps", type=whole_number(0, 10_000_000), default=1000, metavar="N",
        help="steps of Adam (default: %(default)s)")  # fmt: skip
    add("--batch-size", type=whole_number(1, 100_000), default=1, metavar="N",
        help="names in a step (default: %(default)s)")  # fmt: skip
    for name, (most, what) in {
        "layers": (16, "layers of attention and neurons"),
        "heads": (64, "heads in each layer"),
        "embed": (512, "numbers that stand for a letter"),
        "block": (256, "letters that it looks at, one more than the longest name has"),
    }.items():
        add(f"--{name}", type=whole_number(1, most), metavar="N",
            help=f"{what} (default: {DEFAULTS[name]})")  # fmt: skip
    add("--lr", type=positive_number, default=0.01, metavar="X",
        help="learning rate of the first step; it falls to 0 (default: %(default)s)")  # fmt: skip
    add("--seed", type=whole_number(0), default=42, metavar="N",
        help="seed of the weights, the order and the samples (default: %(default)s)")  # fmt: skip
    add("--sample", type=whole_number(0, 10_000), default=20, metavar="N",
        help="names to invent (default: %(default)s)")  # fmt: skip
    add("--temperature", type=positive_number, default=0.5, metavar="X",
        help="how surprising; 1 is as learned, 0.1 hardly (default: %(default)s)")  # fmt: skip
    add("--out", metavar="MODEL.npz", help="where the model goes (default: nowhere)")
    add("--resume", metavar="MODEL.npz", help="continue with a model that --out wrote")
    add_json(parser, "the results")
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(args):
    if args.out:
        check_output(args.out, ".npz")
    saved = load(args) if args.resume else None
    lines = text.read_lines(args.text)
    letters = saved.letters if saved else "".join(sorted(set("".join(lines))))
    sizes = saved.sizes if saved else sizes_asked(args, letters)
    text.require_fit(lines, letters, sizes.block)
    training, held_out = start(args, lines, letters, sizes, saved)
    if not (args.json or args.quiet):
        streams.say(streams.wrapped(describe(args, lines, letters, sizes, training, held_out)))

    started = time.perf_counter()
    interrupted = train(training, args.quiet)
    seconds = time.perf_counter() - started
    if args.out:
        model_file.save(training.saved(), args.out)
    names = invent(training.model, letters, args)
    results = {
        "steps": training.made,
        "train_loss": mean_loss(training, training.rows[:1000]),
        "validation_loss": mean_loss(training, held_out[:1000]),
        "seconds": seconds,
        "samples": names,
        "model": args.out,
        "interrupted": interrupted or None,
    }
    if args.json:
        say_json(results)
    else:
        report(results, chosen_engine().name)
    if interrupted:
        raise CommandError(interrupted, INTERRUPTED)


def load(args):
    """Return the model to continue with. Raises CommandError for sizes that it does not have."""
    saved = model_file.load(args.resume)
    for name in DEFAULTS:
        asked = getattr(args, name)
        if asked is not None and asked != getattr(saved.sizes, name):
            raise CommandError(
                f"{args.resume} has --{name} {getattr(saved.sizes, name)}, which cannot change: "
                f"leave --{name} out, or train a new model without --resume"
            )
    return saved


def sizes_asked(args, letters):
    asked = {name: getattr(args, name) or default for name, default in DEFAULTS.items()}
    return checked_sizes(Sizes(len(letters) + 1, **asked))


def start(args, lines, letters, sizes, saved):
    """Return the Training, and the rows that are kept for validation."""
    from micrograd_c.cli.gpt.model import GPT
    from micrograd_c.cli.gpt.training import Training

    for_training, for_validation = text.split(lines, random.Random(args.seed))
    rows = [text.as_numbers(line, letters) for line in for_training]
    model = GPT(sizes, chosen_engine().Value, args.seed)
    seed = args.seed + (saved.steps if saved else 0)  # another order than before
    training = Training(
        model, letters, rows, saved, args.steps, args.lr, args.batch_size, seed
    )  # fmt: skip
    return training, [text.as_numbers(line, letters) for line in for_validation]


def describe(args, lines, letters, sizes, training, held_out):
    name = args.text or "Names that come with micrograd_c"
    sizes_said = (
        f"{streams.counted(sizes.layers, 'layer')}, {streams.counted(sizes.heads, 'head')}, "
        f"{sizes.embed} numbers a letter, {len(training.parameters)} parameters"
    )
    before = f"; {streams.counted(training.made_before, 'step')} made before" if args.resume else ""
    return streams.one_line(
        f"{name}: {len(lines)} lines of {len(letters)} different letters, {len(held_out)} of them "
        f"for validation; {sizes_said}{before}"
    )


def train(training, is_quiet):
    """Make all steps. Returns "" or what Ctrl-C interrupted. Raises CommandError if it diverges."""
    try:
        with Progress("Training", training.steps, "step", is_quiet) as progress:
            while training.made < training.steps:
                loss, steps = training.advance()
                for _ in range(steps):
                    progress.advance(f"loss {loss:.4f}")
    except KeyboardInterrupt:
        return f"interrupted after step {training.made} of {training.steps}"
    except ArithmeticError:
        raise CommandError(
            "the training diverged, its loss is not finite: try a smaller --lr", status=1
        ) from None
    return ""


def mean_loss(training, rows):
    return training.mean_loss(rows) if rows else None


def invent(model, letters, args):
    """Return new names."""
    from micrograd_c import no_grad

    rng, end = random.Random(args.seed), len(letters)
    with no_grad():
        found = [model.sample(rng, end, args.temperature) for _ in range(args.sample)]
    return [text.as_text(numbers, letters) for numbers in found]


def report(results, engine):
    for title in ("train", "validation"):
        loss = results[f"{title}_loss"]
        if loss is not None:
            streams.say(f"{title.capitalize():<11}loss {loss:.4f} a letter")
    a_step = results["seconds"] / max(results["steps"], 1)
    time_taken = f"{results['seconds']:.1f} s on the {engine}, {a_step * 1e3:.3g} ms a step"
    streams.say(streams.wrapped(f"Time       {time_taken}", indent=11))
    if results["model"]:
        streams.say(f"Model      {results['model']}")
    for name in results["samples"]:
        streams.say(streams.one_line(name))
