"""The lesson trains models and draws charts, with libraries that the extra `study` installs."""

from importlib.util import find_spec

from pochade.errors import UsageError, install_hint
from pochade.system.train_extra import TRAINING_LIBRARIES

LIBRARIES = (*TRAINING_LIBRARIES, "matplotlib", "torchmetrics", "pooch")


def check_study_extra() -> None:
    """Check that the libraries of the lesson are installed.

    Raises:
        UsageError: One of them is not.
    """
    missing = [library for library in LIBRARIES if find_spec(library) is None]
    if missing:
        raise UsageError(
            f"the lesson needs {', '.join(missing)}, which the extra study installs", install_hint("study")
        )
