"""``python -m micrograd_c info``: which engine is in use, why, and how it was built."""

import platform
import sys

from micrograd_c.cli.options import add_json, say_json


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "info",
        help="say which engine runs and how it was built",
        description="Say which engine runs here and why, and how it was built.",
        example="--json",
    )
    add_json(parser, "the facts")
    parser.set_defaults(run=run)


def run(args):
    import micrograd_c
    from micrograd_c import _backend

    build = _backend.build_info()
    facts = {
        "version": micrograd_c.__version__,
        "engine": f"{micrograd_c.backend} ({_backend.reason})",
        "library": _backend.library_path() or "none",
        "compiler": build.get("compiler", "none"),
        "CPU features": build.get("cpu_features", "none"),
        "Python": f"{platform.python_implementation()} {platform.python_version()}, "
        f"{sys.platform} {platform.machine()}",
    }
    if args.json:
        return say_json({name.replace(" ", "_").lower(): fact for name, fact in facts.items()})
    for name, fact in facts.items():
        print(f"{name + ':':<14}{fact}")
