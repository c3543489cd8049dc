"""``python -m benchmarks``: every workload, on every peer that is installed, a table for each."""

import argparse
import json
import os
import sys
from pathlib import Path

from benchmarks import (
    compare,
    crossover,
    growth,
    instructions,
    machine,
    readme,
    report,
    suite,
    tasks,
)
from benchmarks.peers import PEERS
from micrograd_c.cli.argument_types import whole_number

QUICK = suite.Settings(rounds=3, piece_seconds=0.03, patience=20.0, budget=3.0)
EXTRAS = ("growth", "crossover", "instructions")


def main(argv=None):
    args = parse(argv)
    say = tell if sys.stderr.isatty() else lambda text: None
    results = run(args, say)
    words = sys.argv[1:] if argv is None else argv
    results["machine"]["command"] = " ".join(["python -m benchmarks", *words])
    say("")
    text = report.markdown(results)
    print(text)
    written = write(args, results, text)
    if not args.compare:
        return 0 if written else 2
    comparison, regressions = compare.compare(args.compare, results)
    print(comparison)
    for regression in regressions:
        print(f"slower: {regression}")
    return 1 if regressions else 0 if written else 2


def parse(argv):
    """Return the arguments, all checked, so that no measurement is lost to an unwritable file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", allow_abbrev=False)
    add = parser.add_argument
    add("--quick", action="store_true", help="two minutes: fewer workloads, peers and rounds")
    add("--only", nargs="+", type=workload_name, metavar="NAME", help="only these workloads, from "
        f"{', '.join((*tasks.SUITE, *EXTRAS))}; a size may follow, as in chain:1000")  # fmt: skip
    add("--peers", nargs="+", metavar="NAME", help="only these peers, each name in quotes")
    add("--rounds", type=whole_number(1), metavar="N", help="how many turns each peer has")
    add("--json", type=writable, metavar="FILE", help="write all figures to this file")
    add("--out", type=writable_folder, metavar="FOLDER", help="write report.md and pictures to "
        "this folder")  # fmt: skip
    add("--readme", action="store_true", help="put some rows of the summary into README.md, with a "
        "link to the report in --out")  # fmt: skip
    add("--compare", type=old_results, metavar="OLD.json", help="show ratios to earlier figures; "
        "the exit status is 1 if micrograd_c got slower by more than the spread, or executes "
        "more instructions")  # fmt: skip
    args = parser.parse_args(argv)
    if args.readme and not args.out:
        parser.error("--readme needs --out, for its link to the report")
    if args.readme:
        try:
            readme.check()
        except (OSError, ValueError) as error:
            parser.error(str(error))
    unknown = set(args.peers or ()) - {peer.name for peer in PEERS}
    if unknown:
        parser.error(f"no peer {unknown.pop()!r}; there are {', '.join(p.name for p in PEERS)}")
    return args


# --- types of arguments: each says in one line what is wrong ---


def workload_name(text):
    try:
        return tasks.checked(text) if text not in EXTRAS else text
    except ValueError as error:
        names = ", ".join((*tasks.SUITE, *EXTRAS))
        raise argparse.ArgumentTypeError(f"{error}; there are {names}") from error


def writable(text):
    path = Path(text)
    existed = os.path.lexists(path)  # True for a dangling link too, which must not be removed
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            return path  # a pipe, for example: opening it would wait until it has a reader
        path.open("a").close()
        if not existed:
            path.unlink()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot write {text!r}: {error.strerror}") from error
    return path


def writable_folder(text):
    folder = Path(text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot make {text!r}: {error.strerror}") from error
    writable(str(folder / "report.md"))
    return folder


def old_results(text):
    try:
        return compare.load(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(args, say):
    """Run what the arguments ask for. Returns the results as a dict that can be written as JSON."""
    settings = QUICK if args.quick else suite.Settings()
    if args.rounds:
        settings = settings._replace(rounds=args.rounds)
    peers = [peer for peer in PEERS if peer.quick or not args.quick]
    if args.peers:
        peers = [peer for peer in PEERS if peer.name in args.peers]
    # --quick leaves out the extra measurement that takes long, crossover.
    chosen = args.only or (*tasks.QUICK, "growth", "instructions") if args.quick else args.only
    chosen = chosen or (*tasks.SUITE, *EXTRAS)
    results = {"machine": machine.facts(), "settings": settings._asdict()}
    results["tasks"] = [
        suite.run_task(name, settings, peers, say) for name in chosen if name not in EXTRAS
    ]
    if "growth" in chosen:
        results["growth"] = growth.run(args.quick, say)
    if "crossover" in chosen:
        results["crossover"] = crossover.run(args.quick, say)
    if "instructions" in chosen:
        results["instructions"] = instructions.count_all(say)
    return results


def write(args, results, text):
    """Write all files that were asked for, even if one fails. Returns False if one failed."""
    written = True
    for wanted, work in (
        (args.json, lambda: args.json.write_text(json.dumps(results), encoding="utf-8")),
        (args.out, lambda: write_report(results, text, args.out)),
        (args.readme, lambda: readme.update(results, args.out)),
    ):
        try:
            if wanted:
                work()
        except (OSError, ValueError) as error:
            written = False
            print(f"python -m benchmarks: {error}", file=sys.stderr)
    return written


def write_report(results, text, folder):
    try:
        from benchmarks import pictures

        names = pictures.draw(results, folder)
    except ImportError as error:
        names = []
        print(error, file=sys.stderr)
    links = "\n".join(f"![{Path(name).stem}]({name})" for name in names)
    (folder / "report.md").write_text(f"{text}\n{links}\n", encoding="utf-8")


def tell(text):
    print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
