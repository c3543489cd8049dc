"""``python -m micrograd_c predict``: predictions of a trained net for the rows of a CSV file."""

import os
import sys

from micrograd_c.cli import streams
from micrograd_c.cli.csv_models import metrics, model_file
from micrograd_c.cli.csv_models.cells import listed, short
from micrograd_c.cli.csv_models.columns import encode
from micrograd_c.cli.csv_models.read_csv import read_table
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.options import add_json, add_quiet, add_reading, say_json


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "predict",
        help="use a net that `train` wrote",
        description="Print a CSV with a prediction for every row of DATA.csv, which must have the "
        "columns that the net was trained on, in any order. If rows have the target too, stderr "
        "says how well they are predicted.",
        example="model.npz penguins.csv --append",
    )
    parser.add_argument("model", metavar="MODEL.npz", help="a file that `train` wrote")
    parser.add_argument(
        "data", metavar="DATA.csv", help="the rows to predict, may be gzipped; - is stdin"
    )
    parser.add_argument(
        "--append", action="store_true",
        help="print the columns of DATA.csv too, and the prediction after them")  # fmt: skip
    add_reading(parser)
    add_json(parser, "the predictions and their score")
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(args):
    if args.append and args.json:
        raise CommandError("--append prints a CSV, it does not go with --json")
    model = model_file.load(args.model)
    table = read_table(args.data, args.sep, args.encoding, args.decimal)
    missing = [repr(column.name) for column in model.columns if column.name not in table.columns]
    if missing:
        raise CommandError(
            f"{table.name} lacks {len(missing)} of the {len(model.columns)} columns that the "
            f"model was trained on: {listed(missing)}"
        )
    X, remarks = encode(model.columns, table, model.na)
    actual = targets(model, table)  # a mistake there is found before anything is printed
    predicted, more = predict(model, table, X)
    frame = make_frame(model, table, predicted, args.append)
    score, score_remarks = score_rows(model, predicted, actual)
    if args.json:
        say_json(
            {
                "target": model.target,
                "predictions": frame.to_dict("records"),
                "score": score,
                "remarks": [*remarks, *more],
            }
        )
    else:
        write(frame, table.sep if args.append else ",")
    if not args.quiet:
        sys.stdout.flush()
        for remark in [*remarks, *more, *score_remarks]:
            streams.complain(remark)


def predict(model, table, X):
    """Return the predictions by row number, None for rows that get none, and remarks.

    Raises CommandError for empty cells if the model was trained with --missing error.
    """
    import numpy as np

    is_empty = np.isnan(X).any(axis=1)
    rows = np.array(table.rows)
    predicted = dict.fromkeys(table.rows)
    if not is_empty.any():
        return {**predicted, **dict(zip(table.rows, model.predict(X)))}, []
    listing = listed([str(row) for row in rows[is_empty]])
    where = f"{is_empty.sum()} ({'row' if is_empty.sum() == 1 else 'rows'} {listing})"
    if model.missing == "mean":
        remark = f"rows with empty cells, filled in with the means of the training: {where}"
        return {**predicted, **dict(zip(table.rows, model.predict(X)))}, [remark]
    if model.missing == "error":
        raise CommandError(
            f"{table.name}: rows with empty cells: {where}; the model was trained with --missing "
            "error; with --missing mean they would be filled in"
        )
    predicted.update(zip(rows[~is_empty].tolist(), model.predict(X[~is_empty])))
    return predicted, [
        f"rows with empty cells, which get no prediction: {where}; a model trained with "
        "--missing mean fills them in"
    ]


def targets(model, table):
    """Return the targets of the rows that have one, as a dict by row number."""
    if model.target not in table.columns:
        return {}
    if model.classes:
        cells = table.classes(model.target, model.classes, model.na)
    else:
        cells = table.numbers(model.target, model.na)
    return {row: cell for row, cell in zip(table.rows, cells) if cell is not None}


def make_frame(model, table, predicted, append):
    """Return the predictions as a pandas.DataFrame, below the table's columns if ``append``."""
    import pandas

    name = model.target
    frame = pandas.DataFrame({"row": table.rows}, index=table.rows)
    if append:
        frame = table.frame.copy()
    if append or name in ("row", "probability"):
        name = f"{name}_predicted"
    added = {name: list(predicted.values())}
    if model.classes:
        pairs = [pair or (None, None) for pair in predicted.values()]
        added = {
            name: [label for label, _ in pairs],
            f"{name}_probability" if append else "probability": [
                share and round(share, 4) for _, share in pairs
            ],
        }
    for column, cells in added.items():
        if column in frame.columns:
            raise CommandError(
                f"{table.name} has a column {column!r} already: rename it, or leave --append out"
            )
        frame[column] = pandas.Series(cells, index=frame.index, dtype=object)
    return frame


def write(frame, sep):
    """Write the predictions to standard output, as UTF-8 where it is no terminal."""
    is_chosen = sys.stdout.isatty() or "PYTHONIOENCODING" in os.environ
    if not is_chosen and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    frame.to_csv(sys.stdout, sep=sep, index=False, lineterminator="\n")


def score_rows(model, predicted, actual):
    """Return the scores of the rows that have a target and a prediction, and remarks on them."""
    actual = {row: cell for row, cell in actual.items() if predicted[row] is not None}
    if not actual:
        return None, []
    guesses = [predicted[row] for row in actual]
    if model.classes:
        guesses = [name for name, _ in guesses]
    score = metrics.scores(guesses, list(actual.values()), model.classes)
    remarks = [f"{len(actual)} rows: {metrics.describe(score)}"]
    unknown = [name for name in actual.values() if model.classes and name not in model.classes]
    if unknown:
        remarks.append(
            f"rows of a class that the model does not know: {len(unknown)}, such as "
            f"{short(unknown[0])}; it knows {listed(list(map(short, model.classes)))}"
        )
    return score, remarks
