"""What a person chose on the page, file by file, for some of the stored families."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import NotKnown, UsageError
from pochade.organise.removal_plan import FamilyChoice
from pochade.web.state.judged_families import StoredFamily
from pochade.web.state.snapshot import RELOAD_HINT


@dataclass(frozen=True)
class PageChoice:
    """A choice for one family, with the ids of files instead of their paths, which never come from a browser."""

    family: int  # the number of the stored family
    keep: str
    aside: Sequence[str]


def file_id(path: Path) -> str:
    """Return the id of a file, as copies share a key: 16 digits of its path's SHA-256."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def select_families(families: list[StoredFamily] | None, numbers: Sequence[int] | None) -> list[StoredFamily]:
    """Return the families with these numbers, or all families.

    Args:
        families: The stored families; None if no job has looked for them.
        numbers: The numbers; None for all families.

    Raises:
        NotKnown: No job has looked for families with this rule, or one of them does not exist.
    """
    if families is None:
        raise NotKnown("no families were looked for with that rule yet", "begin a job of the kind 'families'")
    if numbers is None:
        return families
    by_number = {stored.number: stored for stored in families}
    if missing := [number for number in numbers if number not in by_number]:
        raise NotKnown(f"there is no family {missing[0]}", RELOAD_HINT)
    return [by_number[number] for number in dict.fromkeys(numbers)]


def parse_choices(families: list[StoredFamily] | None, choices: Sequence[PageChoice]) -> list[FamilyChoice]:
    """Return choices by paths instead of file ids.

    Args:
        families: The stored families; None if no job has looked for them.
        choices: What the person chose.

    Raises:
        NotKnown: A family, or a file of it, does not exist.
        UsageError: The file to keep is also to be set aside.
    """
    selected = select_families(families, [choice.family for choice in choices])
    by_number = {stored.number: stored.family for stored in selected}
    parsed: list[FamilyChoice] = []
    for choice in choices:
        family = by_number[choice.family]
        path_by_id = {file_id(member.path): member.path for member in family.members}
        if not {choice.keep, *choice.aside} <= set(path_by_id):
            raise NotKnown("a file of a family does not exist", RELOAD_HINT)
        if choice.keep in choice.aside:
            raise UsageError("the same file is to be kept and to be set aside", "choose another file to keep")
        aside = frozenset(path_by_id[file] for file in choice.aside)
        parsed.append(FamilyChoice(family, path_by_id[choice.keep], aside))
    return parsed
