"""How much memory this process uses."""

import sys


def resident_bytes():
    """Return the bytes in use now; where there is no /proc, the peak."""
    import resource

    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        return peak_bytes()


def peak_bytes():
    """Return the most bytes that this process has ever used."""
    import resource

    try:  # ru_maxrss may be that of the parent, before exec
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
            return int(line.split()[1]) * 1024
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
