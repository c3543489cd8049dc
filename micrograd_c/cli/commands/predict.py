"""``python -m micrograd_c predict``: predictions of a trained net for the rows of a CSV file."""

import csv
import sys

from micrograd_c.cli import streams
from micrograd_c.cli.csv_models import model_file
from micrograd_c.cli.csv_models.metrics import describe_score
from micrograd_c.cli.csv_models.table import read_table, short
from micrograd_c.cli.errors import CommandError


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "predict",
        help="use a net that `train` wrote",
        description="Print a CSV with a prediction for every row of DATA.csv, which must have the "
        "columns that the net was trained on, in any order. If rows have the target too, stderr "
        "says how well they are predicted.",
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
            f"{table.path} lacks {len(missing)} of the {len(model.columns)} columns that the "
            f"model was trained on: {', '.join(missing[:5])}{', …' if len(missing) > 5 else ''}"
        )
    actual = targets(model, table)  # a mistake there is found before anything is printed
    predicted = dict(zip(table.rows, model.predict(table.matrix(model.columns))))
    write_predictions(model, predicted)
    if actual:
        sys.stdout.flush()
        score = describe_score(model, [predicted[row] for row in actual], list(actual.values()))
        streams.complain(f"{len(actual)} rows: {score}")
        unknown = [name for name in actual.values() if model.classes and name not in model.classes]
        if unknown:
            streams.complain(
                f"rows of a class that the model does not know: {len(unknown)}, such as "
                f"{short(unknown[0])}; it knows {', '.join(map(short, model.classes[:5]))}"
                f"{', …' if len(model.classes) > 5 else ''}"
            )


def targets(model, table):
    """Return the targets of the rows that have one, as a dict by row number."""
    if model.target not in table.columns:
        return {}
    known = table.filled(model.target)
    if model.classes:
        cells = known.classes(model.target, model.classes)
    else:
        cells = known.numbers(model.target)
    return dict(zip(known.rows, cells))


def write_predictions(model, predicted):
    """Write predictions, a dict by row number (row 1 is the header), as a CSV to stdout."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if model.classes:
        writer.writerow(["row", model.target, "probability"])
        for row, (name, probability) in predicted.items():
            writer.writerow([row, name, f"{probability:.4f}"])
    else:
        writer.writerow(["row", model.target])
        writer.writerows(predicted.items())
