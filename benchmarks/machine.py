"""What a report says about the machine on which it was made."""

import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def facts():
    """Return the machine, versions and commit as a dict of texts."""
    import micrograd_c
    from micrograd_c import _backend

    build = _backend.build_info()
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "CPU features": build.get("cpu_features", "unknown"),
        "system": platform.platform(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "engine": f"micrograd_c {micrograd_c.__version__}, {micrograd_c.backend}, "
        f"compiled by {build.get('compiler', 'nobody')}",
        "commit": commit(),
        "load": " ".join(f"{x:.1f}" for x in os.getloadavg()) + " at the start",
    }


def processor():
    try:
        with open("/proc/cpuinfo") as info:
            return next(line.split(":")[1].strip() for line in info if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def commit():
    try:
        command = ["git", "describe", "--always", "--dirty"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return run.stdout.strip()
