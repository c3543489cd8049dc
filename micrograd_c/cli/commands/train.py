"""``python -m micrograd_c train``: fit a net to a CSV file."""

import random
import time

from micrograd_c.cli import streams
from micrograd_c.cli.argument_types import fraction, layer_sizes, positive_number, whole_number
from micrograd_c.cli.csv_models import metrics, model_file, training
from micrograd_c.cli.csv_models.cells import listed
from micrograd_c.cli.csv_models.dataset import make_dataset, split_rows
from micrograd_c.cli.csv_models.names import choose_columns, find_column
from micrograd_c.cli.csv_models.read_csv import read_table
from micrograd_c.cli.csv_models.scaling import fit_scaling
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.exit_status import INTERRUPTED
from micrograd_c.cli.options import add_json, add_quiet, add_reading, say_json
from micrograd_c.cli.output_files import (
    check_output,
    drawing_into_files,
    path_beside,
    save_figure,
    save_picture,
)
from micrograd_c.cli.progress import Progress


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "train",
        help="fit a net to a CSV file",
        description="Fit an MLP to a CSV file with a header: classification with cross-entropy, "
        "or regression with the mean squared error. It learns from columns of numbers, of true "
        "and false, and of categories, which get an input each; all are standardised. Writes the "
        "model, and its learning curve beside it as a PNG.",
        example="penguins.csv --target species --drop year",
    )
    add = parser.add_argument
    add("data", metavar="DATA.csv", help="the file to learn from, may be gzipped; - is stdin")
    add("--target", metavar="COLUMN", help="the column to predict; needed")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--features", action="append", metavar="COLUMNS",
        help="columns to learn from, with commas between them (default: all others)")  # fmt: skip
    which.add_argument("--drop", action="append", metavar="COLUMNS",
        help="columns to leave out, with commas between them")  # fmt: skip
    add("--task", choices=("auto", "classification", "regression"), default="auto",
        metavar="TASK",
        help="classification, regression or auto (the default), which takes text "
        "as classes, and whole numbers if there are few")  # fmt: skip
    add("--missing", choices=model_file.MISSING, default="drop",
        help="rows with an empty cell: leave them out (drop, the default), fill in the column's "
        "mean, or stop with an error")  # fmt: skip
    add("--na", action="append", default=[], metavar="TEXT",
        help="a text that stands for an empty cell, besides NA, N/A, NaN and null")  # fmt: skip
    add_reading(parser)
    add("--hidden", type=layer_sizes, default=[16, 16], metavar="SIZES",
        help="sizes of the hidden layers (default: 16,16)")  # fmt: skip
    add("--epochs", type=whole_number(1), default=30, metavar="N",
        help="how often every row is used (default: %(default)s)")  # fmt: skip
    add("--lr", type=positive_number, metavar="X",
        help="learning rate (default: 0.01, and 0.03 for sgd)")  # fmt: skip
    add("--optimizer", choices=sorted(training.OPTIMIZERS), default="adam",
        metavar="NAME",
        help="adam, adamw, rmsprop or sgd (default: %(default)s)")  # fmt: skip
    add("--batch-size", type=whole_number(1), default=32, metavar="N",
        help="rows in a step (default: %(default)s)")  # fmt: skip
    add("--test-fraction", type=fraction, default=0.2, metavar="X",
        help="share of the rows that are kept for the test (default: %(default)s)")  # fmt: skip
    add("--seed", type=whole_number(0), default=1337, metavar="N",
        help="seed of the weights, the split and the row order (default: %(default)s)")  # fmt: skip
    add("--out", default="model.npz", metavar="MODEL.npz",
        help="where the model goes (default: %(default)s)")  # fmt: skip
    add_json(parser, "the results")
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(args):
    check_output(args.out, ".npz")
    table = read_table(args.data, args.sep, args.encoding, args.decimal)
    target = find_column(table, args.target, "--target")
    names = choose_columns(table, target, args.features, args.drop)
    dataset = make_dataset(table, target, args.task, names=names, missing=args.missing, na=args.na)
    remarks = [describe_dataset(table.name, dataset), *table.remarks, *dataset.remarks]
    remarks += describe_categories(dataset)

    is_classification = bool(dataset.classes)
    places = split_rows(dataset.y, is_classification, args.test_fraction, args.seed)
    train_places, test_places, how = places
    model = start_model(dataset, args, train_places)
    lr = args.lr or training.OPTIMIZERS[args.optimizer]
    remarks.append(
        f"{len(train_places)} rows to train, {len(test_places)} to test{how and f', {how}'}; "
        f"MLP {'-'.join(map(str, model.sizes))} with {len(model.net.parameters())} parameters; "
        f"{args.optimizer} with lr {lr:g}"
    )
    if not (args.json or args.quiet):
        for remark in remarks:
            streams.say(streams.wrapped(streams.one_line(remark)))

    started = time.perf_counter()
    history, interruption = train(model, dataset, train_places, test_places, lr, args)
    seconds = time.perf_counter() - started

    model_file.save(model, args.out)
    results = {
        "train": score(model, dataset, train_places),
        "test": score(model, dataset, test_places),
    }
    if not args.json:
        if not args.quiet:
            streams.say("")
        for name in ("train", "test"):
            line = f"{name.capitalize():<7}{metrics.describe(results[name])}"
            streams.say(streams.wrapped(line, indent=7))
        streams.say(f"Time   {seconds:.1f} s on the {model_file.chosen_engine().name}")
        streams.say(f"Model  {args.out}")
    curve = None
    if not interruption:
        path = path_beside(args.out, ".png")
        curve = save_picture(path, lambda path: draw_learning_curve(history, path))
        if not args.json:
            print(f"Curve  {curve}")
    if args.json:
        facts = {"target": target, "task": "classification" if is_classification else "regression"}
        facts.update(guess=dataset.guess, classes=dataset.classes, remarks=remarks, **results)
        facts.update(history=history, seconds=seconds, model=args.out, curve=curve)
        say_json({**facts, "interrupted": interruption or None})
    if interruption:
        raise CommandError(f"interrupted {interruption}", INTERRUPTED)


def describe_dataset(path, dataset):
    n_columns = streams.counted(len(dataset.columns), "column")
    shape = f"{path}: {len(dataset.X)} rows, {n_columns}"
    guess = f" ({dataset.guess}; --task says otherwise)" if dataset.guess else ""
    if not dataset.classes:
        return f"{shape}; {dataset.target!r} is a number{guess}"
    classes = f"one of {len(dataset.classes)} classes: {listed(dataset.classes, 10)}"
    return f"{shape}; {dataset.target!r} is {classes}{guess}"


def describe_categories(dataset):
    """Return a remark on the columns that hold no numbers, if there are any."""
    kinds = [
        f"{c.name!r} ({'true or false' if c.kind == 'boolean' else f'{c.n_inputs} categories'})"
        for c in dataset.columns
        if c.kind != "number"
    ]
    return [f"Not numbers: {listed(kinds, 10)}; each category is an input of its own"][: len(kinds)]


def start_model(dataset, args, train_places):
    """Return a TrainedModel before training, with scalings computed from the training rows only."""
    output = fit_scaling([[0.0]])
    if not dataset.classes:
        output = fit_scaling([[dataset.y[i]] for i in train_places])
    sizes = [dataset.X.shape[1], *args.hidden, len(dataset.classes) or 1]
    random.seed(args.seed)
    return model_file.TrainedModel(
        columns=dataset.columns,
        inputs=fit_scaling(dataset.X[train_places]),
        target=dataset.target,
        classes=dataset.classes,
        output=output,
        sizes=sizes,
        net=model_file.make_net(sizes),
        missing=args.missing,
        na=args.na,
    )


def train(model, dataset, train_places, test_places, lr, args):
    """Fit the model's net. Returns the losses of each epoch, and "" or what Ctrl-C interrupted.

    On Ctrl-C the net gets back the weights of its best epoch: the one with the lowest test
    loss, or train loss without test rows. Raises CommandError if no epoch is complete, or if
    the loss or a gradient is not finite.
    """
    X, y = model.inputs.apply(dataset.X), dataset.y
    if not dataset.classes:
        y = [row[0] for row in model.output.apply([[number] for number in y])]
    train_rows = [X[i] for i in train_places], [y[i] for i in train_places]
    test_rows = [X[i] for i in test_places], [y[i] for i in test_places]
    parameters = model.net.parameters()
    loss = training.make_loss(model.net, bool(dataset.classes))
    best = training.Best(parameters)
    history = []  # the losses of each complete epoch, by name

    def after_epoch(epoch, train_loss):
        losses = {"train loss": train_loss}
        if test_places:
            losses["test loss"] = training.mean_loss(loss, *test_rows)
        best.offer(list(losses.values())[-1], epoch + 1)
        progress.advance(", ".join(f"{name} {mean:.4f}" for name, mean in losses.items()))
        history.append(losses)

    interruption = ""
    try:
        with Progress("Training", args.epochs, "epoch", args.quiet) as progress:
            loss.fit(
                *train_rows,
                optimizer=training.make_optimizer(args.optimizer, parameters, lr),
                epochs=args.epochs,
                batch_size=args.batch_size,
                seed=args.seed,
                callback=after_epoch,
                check_finite=True,
            )
            if not test_places:  # the last step may have been the one that diverged
                training.mean_loss(loss, *train_rows)
    except KeyboardInterrupt:
        if best.epoch is None:
            raise CommandError("interrupted in the first epoch: no model", INTERRUPTED) from None
        best.restore()
        epoch = min(len(history) + 1, args.epochs)
        kept = f"the model is that of epoch {best.epoch}, the best so far"
        interruption = f"in epoch {epoch} of {args.epochs}; {kept}"
    except ArithmeticError:
        raise CommandError(
            "the training diverged, its loss is not finite: try a smaller --lr", status=1
        ) from None
    return {name: [losses[name] for losses in history] for name in history[0]}, interruption


def score(model, dataset, places):
    """Return the scores of the model on these rows, as a dict."""
    actual = [dataset.y[i] for i in places]
    if not places:
        return metrics.scores([], actual, dataset.classes)
    predicted = model.predict(dataset.X[places])
    if dataset.classes:
        predicted = [name for name, _ in predicted]
        actual = [dataset.classes[y] for y in actual]
    return metrics.scores(predicted, actual, dataset.classes)


def draw_learning_curve(history, path):
    with drawing_into_files():
        from micrograd_c.plotting import plot_history

        axes = plot_history(history)
        axes.set_xlabel("epoch")
        save_figure(axes.figure, path)
