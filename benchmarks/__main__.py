"""``python -m benchmarks``: every workload, every peer that is installed, one table each."""

import argparse
import json
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
    if args.json:
        Path(args.json).write_text(json.dumps(results), encoding="utf-8")
    if args.out:
        write_report(results, text, Path(args.out))
    if args.readme:
        readme.update(results, Path(args.out))
    if not args.compare:
        return 0
    old = json.loads(Path(args.compare).read_text(encoding="utf-8"))
    comparison, regressions = compare.compare(old, results)
    print(comparison)
    for regression in regressions:
        print(f"slower: {regression}")
    return 1 if regressions else 0


def parse(argv):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", allow_abbrev=False)
    add = parser.add_argument
    add("--quick", action="store_true", help="two minutes: fewer workloads, peers and rounds")
    add("--only", nargs="+", metavar="NAME", help="these workloads, from "
        f"{', '.join((*tasks.SUITE, *EXTRAS))}; a size may follow, as in chain:1000")  # fmt: skip
    add("--peers", nargs="+", metavar="NAME", help="only these, each name in quotes")
    add("--rounds", type=int, metavar="N", help="how often each peer takes its turn")
    add("--json", metavar="FILE", help="write all figures to this file")
    add("--out", metavar="FOLDER", help="write report.md and pictures to this folder")
    add("--readme", action="store_true", help="put the summary and two of the pictures of --out "
        "into README.md")  # fmt: skip
    add("--compare", metavar="OLD.json", help="show ratios to earlier figures; the exit status "
        "is 1 if something of ours got slower")  # fmt: skip
    args = parser.parse_args(argv)
    if args.readme and not args.out:
        parser.error("--readme needs --out, for its pictures")
    for name in args.only or ():
        modules = {task.partition(":")[0] for task in (*tasks.SUITE, *EXTRAS, "square_net")}
        if name.partition(":")[0] not in modules:
            parser.error(f"no workload {name!r}; there are {', '.join((*tasks.SUITE, *EXTRAS))}")
    unknown = set(args.peers or ()) - {peer.name for peer in PEERS}
    if unknown:
        parser.error(f"no peer {unknown.pop()!r}; there are {', '.join(p.name for p in PEERS)}")
    return args


def run(args, say):
    """All results, as what becomes JSON."""
    settings = QUICK if args.quick else suite.Settings()
    if args.rounds:
        settings = settings._replace(rounds=args.rounds)
    peers = [peer for peer in PEERS if peer.quick or not args.quick]
    if args.peers:
        peers = [peer for peer in PEERS if peer.name in args.peers]
    # extras: growth in short is in --quick, crossover and instructions are not
    chosen = args.only or (*tasks.QUICK, "growth") if args.quick else args.only
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


def write_report(results, text, folder):
    folder.mkdir(parents=True, exist_ok=True)
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
