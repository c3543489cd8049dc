"""The width of layers from which on PyTorch is faster than micrograd_c: nets n-n-10, 32 rows."""

from benchmarks.growth import curves
from benchmarks.peers import BY_NAME
from benchmarks.suite import Settings, run_task

WIDTHS = (4, 8, 16, 32, 64, 128, 256, 512)
QUICK_WIDTHS = (16, 64, 256)
THEIRS = ("PyTorch eager", "PyTorch compiled")
OURS = ("micrograd_c nets", "micrograd_c jit", "micrograd_c fit")
PEERS = tuple(BY_NAME[name] for name in ("NumPy by hand", *THEIRS, *OURS))


def run(quick=False, say=lambda text: None):
    """Return the results of a task for each width, and from which width on PyTorch is ahead."""
    settings = Settings(rounds=3, piece_seconds=0.05)
    peers = [peer for peer in PEERS if peer.quick or not quick]
    widths = QUICK_WIDTHS if quick else WIDTHS
    results = [run_task(f"square_net:{width}", settings, peers, say) for width in widths]
    return {"tasks": results, "widths": list(widths), "overtaken": overtaken(results, widths)}


def overtaken(results, widths):
    """Return, for each of micrograd_c's peers, the first width from which on PyTorch is faster.

    It is None if there is no such width. Only widths for which both have a figure count. A peer
    that has no such width with PyTorch is left out.
    """
    fastest = {}
    seconds = curves(results, lambda row: min(row["seconds"]))
    width_of = {result["operators"]: width for result, width in zip(results, widths)}
    for name in THEIRS:
        for n, y in seconds.get(name, []):
            fastest[n] = min(y, fastest.get(n, y))
    found = {}
    for name in OURS:
        both = [(n, y) for n, y in seconds.get(name, []) if n in fastest]
        slower = [width_of[n] for n, y in both if y > fastest[n]]
        ahead = [width_of[n] for n, y in both if y <= fastest[n]]
        if slower or ahead:
            found[name] = min((w for w in slower if w > max(ahead, default=0)), default=None)
    return found
