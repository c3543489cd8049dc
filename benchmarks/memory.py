"""How much memory this process has in use."""

import sys


def resident_bytes():
    """What it has in use now on Linux; elsewhere the most that it ever had."""
    import resource

    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        return peak_bytes()


def peak_bytes():
    """The most that it ever had in use."""
    import resource

    try:  # ru_maxrss may be the parent's, from before the program was started
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
            return int(line.split()[1]) * 1024
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
