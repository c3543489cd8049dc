"""``python -m micrograd_c predict``: what a trained net says to the rows of a CSV file."""

import csv
import sys

from micrograd_c.cli import model_file
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.scores import describe_score
from micrograd_c.cli.table import read_table


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "predict",
        help="use a net that `train` wrote",
        description="Print a CSV with a prediction for every row of DATA.csv, which must have the "
        "columns that the net was trained on, in any order. If it has the target column too, a "
        "score follows on stderr.",
    )
    parser.add_argument("model", metavar="MODEL.npz", help="a file that `train` wrote")
    parser.add_argument("data", metavar="DATA.csv", help="the rows to predict")
    parser.set_defaults(run=run)


def run(args):
    model = model_file.load(args.model)
    table = read_table(args.data)
    missing = [repr(name) for name in model.columns if name not in table.columns]
    if missing:
        raise CommandError(
            f"{args.data} lacks {len(missing)} of the {len(model.columns)} columns that the "
            f"model was trained on: {', '.join(missing[:5])}{', …' if len(missing) > 5 else ''}"
        )
    predicted = model.predict(table.matrix(model.columns))
    write_predictions(model, table.rows, predicted)
    if model.target in table.columns:
        if model.classes:
            actual = table.classes(model.target)
        else:
            actual = table.numbers(model.target)
        sys.stdout.flush()
        print(f"{len(actual)} rows: {describe_score(model, predicted, actual)}", file=sys.stderr)


def write_predictions(model, rows, predicted):
    """A CSV on stdout; rows are numbered as in the file, whose header is row 1."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if model.classes:
        writer.writerow(["row", model.target, "probability"])
        for row, (name, probability) in zip(rows, predicted):
            writer.writerow([row, name, f"{probability:.4f}"])
    else:
        writer.writerow(["row", model.target])
        writer.writerows(zip(rows, predicted))
