"""Chooses names for an archive's entries that every system can unpack."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from pochade.archive.container.stored_paths import (
    MAX_SUFFIX_BYTES,
    UNPORTABLE_CHARACTERS,
    StoredPath,
    parent_paths,
    truncate,
)

MAX_STEM_BYTES = 180  # leaves room for a suffix and a number


class EntryNames:
    """The entry names in use: none is a folder of another, and no two differ only in upper and lower case."""

    def __init__(self) -> None:
        self.files: set[str] = set()  # in lower case
        self.folders: set[int] = set()  # hashes of names in lower case, because a stranger's names may be long and deep
        self.next_numbers: dict[tuple[str, str], int] = {}  # the next number to try, by stem and suffix

    def take(self, name: str) -> None:
        """Mark a name as in use."""
        self.files.add(name.lower())
        self.folders.update(map(hash, parent_paths(name.lower())))

    def is_free(self, name: str) -> bool:
        """Return whether a name may be used."""
        lower = name.lower()
        return (
            lower not in self.files and hash(lower) not in self.folders and self.files.isdisjoint(parent_paths(lower))
        )

    def first_free(self, stem: str, suffix: str) -> str:
        """Return the first free name that has a number between the stem and the suffix."""
        numbers = count(self.next_numbers.get((stem, suffix), 2))
        number = next(number for number in numbers if self.is_free(f"{stem}-{number}{suffix}"))
        self.next_numbers[stem, suffix] = number + 1
        return f"{stem}-{number}{suffix}"


def choose_entry_name(path: StoredPath, suffix: str, names: EntryNames) -> str:
    """Choose a name for an entry and mark it as in use: the file's path with a suffix that fits the content.

    Args:
        path: Path of the first file with this content.
        suffix: Suffix of the codec's files; empty if the entry is the file itself.
        names: The names in use.
    """
    *folders, name = [_portable_part(part) for part in path.split("/")]
    base, file_name = "pieces", Path(name)
    for folder in folders:
        numbered_bases = (f"{base}/{numbered}" for numbered in _with_numbers(folder))
        base = next(candidate for candidate in numbered_bases if candidate.lower() not in names.files)
    ending = file_name.suffix + suffix if suffix in {"", ".xz"} else suffix
    candidates = (f"{base}/{file_name.stem}{ending}", f"{base}/{file_name.name}{suffix}")
    entry_name = next(filter(names.is_free, candidates), None) or names.first_free(f"{base}/{file_name.stem}", ending)
    names.take(entry_name)
    return entry_name


def _with_numbers(stem: str) -> Iterator[str]:
    """Yield a name, then the name with -2, -3, -4 … added."""
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _portable_part(part: str) -> str:
    """Return a part of a path without the characters that some systems don't allow in names."""
    plain = "".join(character if character.isprintable() else "_" for character in UNPORTABLE_CHARACTERS.sub("_", part))
    stem, dot, suffix = plain.rpartition(".")
    short = truncate(stem, MAX_STEM_BYTES) + dot + truncate(suffix, MAX_STEM_BYTES if not dot else MAX_SUFFIX_BYTES)
    return short.rstrip(". ") or "_"
