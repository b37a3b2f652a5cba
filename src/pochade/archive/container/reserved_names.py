"""Names that a file of an archive must not have, because Pochade would take the file for one of its own.

Upper and lower case, Unicode forms, and dots and blanks at the end of a name make no difference, because they make none
on some file systems.
"""

import re
import unicodedata

from pochade.index.path_rules import is_inside

TEMPORARY_NAME = re.compile(r"\..+\.(part|part\.jsonl|part\.jsonl\.new|coded|pochade\.lock|pochade-part)", re.DOTALL)
SHORT_INDEX_NAME = re.compile(r"pochad~[0-9]+")  # the second name that Windows gives to `.pochade`


def names_index(path: str) -> bool:
    """Return whether a part of a path may be the folder of a collection's index.

    Args:
        path: A relative path without empty parts, `.` and `..`, in the file system's own characters.
    """
    has_short_name = "~" in path and any(SHORT_INDEX_NAME.fullmatch(_fold(part)) for part in path.split("/"))
    return has_short_name or not is_inside(path.encode("utf-8", "surrogateescape"))


def names_temporary_file(path: str) -> bool:
    """Return whether a part of a path has the form of our temporary files, journals and locks."""
    if not path.startswith(".") and "/." not in path and path.isascii():  # nearly all paths
        return False
    return any(TEMPORARY_NAME.fullmatch(_fold(part)) for part in path.split("/"))


def _fold(part: str) -> str:
    """Return one spelling for all names that some file system can't tell apart."""
    if part.isascii():
        return part.lower().rstrip(". ")
    text = unicodedata.normalize("NFKC", part).casefold()
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf").rstrip(". ")
