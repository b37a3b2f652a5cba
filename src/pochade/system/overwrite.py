"""Checks before long work whether its result may be written, so that none of the person's own files is replaced."""

import os
from collections.abc import Callable
from pathlib import Path

from pochade.errors import OutputUnwritable
from pochade.system.path_text import printable

OTHER_NAME_HINT = "choose another name, or remove it"


def check_overwrite(
    path: Path, problem: str, hint: str = OTHER_NAME_HINT, *, is_ours: Callable[[Path], bool] | None = None
) -> None:
    """Refuse a path where a file lies that Pochade did not make.

    Args:
        path: Where the result is to go.
        problem: What the error says about the path, such as "already exists and is not a contact sheet".
        hint: The error's next step.
        is_ours: Tells whether an existing file may be replaced; None if no file may.

    Raises:
        OutputUnwritable: A file lies there that may not be replaced.
    """
    if os.path.lexists(path) and not (is_ours and is_ours(path)):
        raise OutputUnwritable(f"'{printable(path)}' {problem}", hint)


def check_parent_folder(path: Path) -> None:
    """Refuse a path whose folder doesn't exist, because its name may be mistyped; the folder is not made.

    Raises:
        OutputUnwritable: There is no such folder.
    """
    if not os.path.isdir(path.parent):  # noqa: PTH112  never raises
        raise OutputUnwritable(f"'{path}' could not be written: there is no such folder", "choose another folder")
