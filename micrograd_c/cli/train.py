"""``python -m micrograd_c train``: fit a net to a CSV file of one's own."""

import random
import time

from micrograd_c.cli import fitting, model_file
from micrograd_c.cli.arguments import fraction, layer_sizes, positive_number, whole_number
from micrograd_c.cli.outputs import HOW_TO_GET_PICTURES, check_output, picture_path, save_figure
from micrograd_c.cli.problem import make_problem, split_rows
from micrograd_c.cli.progress import Progress
from micrograd_c.cli.scaling import fit_scaling
from micrograd_c.cli.scores import describe_score
from micrograd_c.cli.table import read_table


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "train",
        help="fit a net to a CSV file",
        description="Fit an MLP to a CSV file with a header: classification with cross-entropy, "
        "or regression with the mean squared error. All columns but the target must be numbers; "
        "they are standardised. Writes the model, and its learning curve beside it as a PNG.",
    )
    add = parser.add_argument
    add("data", metavar="DATA.csv", help="the file to learn from")
    add("--target", required=True, metavar="COLUMN", help="the column to predict")
    add("--task", choices=("auto", "classification", "regression"), default="auto",
        help="auto (the default): text or a few whole numbers are classes")  # fmt: skip
    add("--hidden", type=layer_sizes, default=[16, 16], metavar="SIZES",
        help="sizes of the hidden layers (default: 16,16)")  # fmt: skip
    add("--epochs", type=whole_number(1), default=30, metavar="N",
        help="how often it sees every row (default: %(default)s)")  # fmt: skip
    add("--lr", type=positive_number, metavar="X",
        help="learning rate (default: 0.01, and 0.03 for sgd)")  # fmt: skip
    add("--optimizer", choices=sorted(fitting.OPTIMIZERS), default="adam",
        help="default: %(default)s")  # fmt: skip
    add("--batch-size", type=whole_number(1), default=32, metavar="N",
        help="rows in a step (default: %(default)s)")  # fmt: skip
    add("--test-fraction", type=fraction, default=0.2, metavar="X",
        help="share of the rows kept for the test (default: %(default)s)")  # fmt: skip
    add("--seed", type=whole_number(0), default=1337, metavar="N",
        help="seed of weights, split and order (default: %(default)s)")  # fmt: skip
    add("--out", default="model.npz", metavar="MODEL.npz", help="default: %(default)s")
    parser.set_defaults(run=run)


def run(args):
    check_output(args.out, ".npz")
    picture = picture_path(None, args.out[: -len(".npz")] + ".png")
    problem = make_problem(read_table(args.data), args.target, args.task)
    print(describe_problem(args.data, problem))

    rng = random.Random(args.seed)
    train_places, test_places = split_rows(len(problem.X), args.test_fraction, rng)
    model = start_model(problem, args, train_places)
    lr = args.lr or fitting.OPTIMIZERS[args.optimizer]
    print(f"{len(train_places)} rows to train, {len(test_places)} to test; "
          f"MLP {'-'.join(map(str, model.sizes))} with {len(model.net.parameters())} parameters; "
          f"{args.optimizer} with lr {lr:g}", flush=True)  # fmt: skip

    started = time.perf_counter()
    history = train(model, problem, train_places, test_places, lr, rng, args)
    seconds = time.perf_counter() - started

    model_file.save(model, args.out)
    print(f"\nTrain  {score(model, problem, train_places)}")
    print(f"Test   {score(model, problem, test_places)}")
    print(f"Time   {seconds:.1f} s on the {model_file.chosen_engine().name}")
    print(f"Model  {args.out}")
    if picture:
        save_learning_curve(history, picture)
    print(f"Curve  {picture or HOW_TO_GET_PICTURES}")


def describe_problem(path, problem):
    shape = f"{path}: {len(problem.X)} rows, {len(problem.columns)} columns"
    if not problem.classes:
        return f"{shape}; {problem.target!r} is a number (--task classification if it is a class)"
    names = problem.classes[:10] + ["…"] * (len(problem.classes) > 10)
    classes = f"one of {len(problem.classes)} classes: {', '.join(names)}"
    return f"{shape}; {problem.target!r} is {classes}"


def start_model(problem, args, train_places):
    """An untrained net, and scalings that know nothing of the test rows."""
    train_X = [problem.X[i] for i in train_places]
    output = fit_scaling([[0.0]])
    if not problem.classes:
        output = fit_scaling([[problem.y[i]] for i in train_places])
    sizes = [len(problem.columns), *args.hidden, len(problem.classes) or 1]
    random.seed(args.seed)
    return model_file.TrainedModel(
        columns=problem.columns,
        inputs=fit_scaling(train_X),
        target=problem.target,
        classes=problem.classes,
        output=output,
        sizes=sizes,
        net=model_file.make_net(sizes),
    )


def train(model, problem, train_places, test_places, lr, rng, args):
    """Fit the model's net; return its losses by epoch, for the learning curve."""
    is_classification = bool(problem.classes)
    X = model.inputs.apply(problem.X)
    y = problem.y
    if not is_classification:
        y = [row[0] for row in model.output.apply([[number] for number in y])]
    train_rows = [(X[i], y[i]) for i in train_places]
    test_rows = [(X[i], y[i]) for i in test_places]
    optimizer = fitting.make_optimizer(args.optimizer, model.net.parameters(), lr)
    history = {"train loss": [], "test loss": []} if test_rows else {"train loss": []}
    with Progress("Training", args.epochs, "epoch") as progress:
        for _ in range(args.epochs):
            history["train loss"].append(
                fitting.train_epoch(
                    model.net, optimizer, train_rows, args.batch_size, rng, is_classification
                )
            )
            if test_rows:
                history["test loss"].append(
                    fitting.mean_loss(model.net, test_rows, is_classification)
                )
            progress.advance(
                ", ".join(f"{name} {losses[-1]:.4f}" for name, losses in history.items())
            )
    return history


def score(model, problem, places):
    """How well the model predicts these rows, as text."""
    if not places:
        return "no rows"
    predicted = model.predict([problem.X[i] for i in places])
    actual = [problem.y[i] for i in places]
    if problem.classes:
        actual = [problem.classes[y] for y in actual]
    return describe_score(model, predicted, actual)


def save_learning_curve(history, path):
    import matplotlib

    matplotlib.use("Agg")
    from micrograd_c.plotting import plot_history

    axes = plot_history(history)
    axes.set_xlabel("epoch")
    save_figure(axes.figure, path)
