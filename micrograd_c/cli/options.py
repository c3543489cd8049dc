"""The options that several commands have, and the output that they ask for."""

import argparse
import json
import math

from micrograd_c.cli import streams


def add_json(parser, what):
    parser.add_argument("--json", action="store_true", help=f"print {what} as JSON, for programs")


def add_quiet(parser):
    parser.add_argument(
        "--quiet", action="store_true", help="no progress and no remarks: only results and errors"
    )


def add_reading(parser):
    """Add how a table is read."""
    add = parser.add_argument
    add("--sep", type=separator, metavar="CHARACTER",
        help="what separates the cells, such as ; or tab (default: by the header)")  # fmt: skip
    add("--encoding", type=encoding, metavar="NAME",
        help="the encoding of the text, such as latin-1 or utf-16 (default: utf-8)")  # fmt: skip
    add("--decimal", choices=(".", ","), default=".", metavar="POINT",
        help="the decimal point of numbers, . or , (default: .)")  # fmt: skip


def separator(text):
    """Parse a separator: one character, or a name of one that is hard to type."""
    found = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";"}.get(text, text)
    if len(found) != 1 or found in "\"'\n\r":
        raise argparse.ArgumentTypeError(
            f"expected one character, tab, space, comma or semicolon, got {text!r}"
        )
    return found


def encoding(text):
    try:
        b"ab".decode(text)
    except UnicodeError:  # two bytes may not be text in it
        pass
    except (LookupError, ValueError):
        raise argparse.ArgumentTypeError(
            "expected the name of an encoding, such as utf-8, latin-1, cp1252 or utf-16, "
            f"got {text!r}"
        ) from None
    return text


def say_json(found):
    """Print a dict as JSON. NaN and infinity, which JSON lacks, become null."""
    streams.say(json.dumps(finite(found), indent=2, allow_nan=False))


def finite(found):
    if isinstance(found, dict):
        return {key: finite(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [finite(value) for value in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found
