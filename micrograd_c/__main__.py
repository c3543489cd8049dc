"""``python -m micrograd_c``: see ``cli/`` for the commands."""

import sys

from micrograd_c.cli import main

if __name__ == "__main__":
    sys.exit(main())
