"""Whether a result may be written to a path, checked before the work begins: no file of a person is replaced."""

import os
from collections.abc import Callable
from pathlib import Path

from pochade.errors import OutputUnwritable

OTHER_NAME = "choose another name, or remove it"


def check_overwrite(
    path: Path, problem: str, hint: str = OTHER_NAME, *, is_ours: Callable[[Path], bool] | None = None
) -> None:
    """Refuse a path where something lies that Pochade did not make.

    Args:
        path: Where the result is to go.
        problem: What the error says of the path, such as "is there already, and is no contact sheet".
        hint: The error's next step.
        is_ours: Tells whether an existing file may be replaced; None if no file may.

    Raises:
        OutputUnwritable: A file is there that may not be replaced.
    """
    if os.path.lexists(path) and not (is_ours and is_ours(path)):
        printable = os.fsencode(path).decode("utf-8", "replace")
        raise OutputUnwritable(f"'{printable}' {problem}", hint)


def check_parent_folder(path: Path) -> None:
    """Refuse a path whose folder doesn't exist: it is not made, because the name may be a typing error.

    Raises:
        OutputUnwritable: There is no such folder.
    """
    if not os.path.isdir(path.parent):  # noqa: PTH112  raises nothing, whatever the system says of it
        raise OutputUnwritable(f"'{path}' could not be written: there is no such folder", "choose another folder")
