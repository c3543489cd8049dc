"""The entry of ``python -m micrograd_c``. The commands are in ``cli/``."""

import sys

from micrograd_c.cli import main

if __name__ == "__main__":
    sys.exit(main())
