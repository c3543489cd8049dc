"""The packages that tables need: pandas and scikit-learn, the extra ``table``."""

from importlib.util import find_spec

from micrograd_c.cli.errors import CommandError

NEEDED = {"pandas": "pandas", "sklearn": "scikit-learn"}  # module -> name to install


def need_packages():
    """Raise CommandError, with the command that installs them, unless all of NEEDED are there."""
    absent = [name for module, name in NEEDED.items() if not is_there(module)]
    if absent:
        raise CommandError(
            f"tables need {' and '.join(absent)}: pip install {' '.join(absent)}", status=1
        )


def is_there(module):
    try:
        return find_spec(module) is not None
    except ValueError:  # sys.modules has None or a module without a spec under this name
        return False
