"""Paths as an archive's manifest has them, and names for its entries that any system takes.

A byte that can't stand in a path, or would mean something on another system, is the character U+DC00 and the byte: what
Python does with bytes that are no UTF-8.
"""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

from pochade.errors import ArchiveDamaged, OutputUnwritable

ESCAPED = {ord("\\"): "\udc5c", ord(":"): "\udc3a"}
UNESCAPED = {ord(escape): chr(byte) for byte, escape in ESCAPED.items()}
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\ud800-\udfff]')  # in names on some system
LONGEST_NAME = 255  # bytes of a part of a path
LONGEST_STEM, LONGEST_SUFFIX = 180, 40  # bytes in an entry's name: with an ending and a number, it fits everywhere
LONGEST_PATH = 8192  # letters: twice what a system opens, so that one that was set aside may have some more
Text = str  # a path as the manifest has it


def as_text(path: bytes) -> Text:
    """A path of this system, relative, for the manifest."""
    return path.decode("utf-8", "surrogateescape").translate(ESCAPED)


def as_path(text: Text) -> bytes:
    """A checked path of the manifest for this system.

    Raises:
        OutputUnwritable: This system can't have such a name.
    """
    plain = text.translate(UNESCAPED)
    if os.name == "nt" and UNSAFE.search(text):
        raise OutputUnwritable(f"'{shown(text)}' is no name that this system can have", "extract it on another one")
    return plain.encode("utf-8", "surrogateescape")


def shown(text: Text) -> str:
    """A path for sentences."""
    return text.translate(UNESCAPED).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def check_path(text: Text) -> None:
    """Nothing, or ArchiveDamaged for a path that leads out of its folder, or that isn't written as `as_text` does."""
    if len(text) > LONGEST_PATH:
        raise ArchiveDamaged(f"its manifest has a path of {len(text):,} letters")
    parts = text.split("/")
    if any(part in {"", ".", ".."} for part in parts) or "\0" in text:
        raise ArchiveDamaged(f"its manifest has the path {text!a}, which leads elsewhere")
    try:
        right = as_text(text.translate(UNESCAPED).encode("utf-8", "surrogateescape")) == text
    except UnicodeEncodeError:
        right = False
    if not right:
        raise ArchiveDamaged(f"its manifest has the path {text!a}, which no archive has")


def check_paths(paths: list[Text], folders: list[Text]) -> None:
    """Nothing, or ArchiveDamaged where one is there twice, or a file is also a folder."""
    for path in [*paths, *folders]:
        check_path(path)
    if len(set(paths)) < len(paths) or len(set(folders)) < len(folders):
        raise ArchiveDamaged("its manifest has a path twice")
    in_order = sorted([(f"{path}/", False) for path in paths] + [(f"{folder}/", True) for folder in folders])
    for (path, is_folder), (behind, _) in pairwise(in_order):
        if not is_folder and behind.startswith(path):
            raise ArchiveDamaged(f"its manifest has a file where {behind!a} wants a folder")


def above(path: Text) -> list[Text]:
    """The folders that a path goes through."""
    return [path[:place] for place, letter in enumerate(path) if letter == "/"]


class EntryNames:
    """Names of entries that are in use: none is another's folder, or differs only in large and small letters."""

    def __init__(self) -> None:
        self.files: set[str] = set()  # in small letters
        self.folders: set[str] = set()
        self.numbers: dict[tuple[str, str], int] = {}  # the next one that may be free, by what stands about it

    def take(self, name: str) -> None:
        """It is in use now."""
        self.files.add(name.lower())
        self.folders.update(above(name.lower()))

    def is_free(self, name: str) -> bool:
        """Whether it may be."""
        small = name.lower()
        return small not in self.files and small not in self.folders and self.files.isdisjoint(above(small))

    def numbered(self, stem: str, ending: str) -> str:
        """The first name with a number that is free."""
        numbers = count(self.numbers.get((stem, ending), 2))
        found = next(number for number in numbers if self.is_free(f"{stem}-{number}{ending}"))
        self.numbers[stem, ending] = found + 1
        return f"{stem}-{found}{ending}"


def entry_name(path: Text, suffix: str, taken: EntryNames) -> str:
    """A name for an entry, which is taken then: the path's, with an ending that fits.

    Args:
        path: Of the first piece with this content.
        suffix: What its coder's files end in; nothing where the entry is the file itself.
        taken: Names that are in use.
    """
    *folders, name = [safe(part) for part in path.split("/")]
    base, last = "pieces", Path(name)
    for folder in folders:
        base = next(one for one in (f"{base}/{try_}" for try_ in numbered(folder)) if one.lower() not in taken.files)
    ending = last.suffix + suffix if suffix in {"", ".xz"} else suffix
    tries = (f"{base}/{last.stem}{ending}", f"{base}/{last.name}{suffix}")
    found = next(filter(taken.is_free, tries), None) or taken.numbered(f"{base}/{last.stem}", ending)
    taken.take(found)
    return found


def numbered(stem: str) -> Iterator[str]:
    """A name, and others like it without end."""
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def safe(part: str) -> str:
    """A part of a path without what some system can't have in names."""
    plain = "".join(letter if letter.isprintable() else "_" for letter in UNSAFE.sub("_", part))
    stem, dot, suffix = plain.rpartition(".")
    short = shortened(stem, LONGEST_STEM) + dot + shortened(suffix, LONGEST_STEM if not dot else LONGEST_SUFFIX)
    return short.rstrip(". ") or "_"


def shortened(text: Text, most: int) -> Text:
    """The beginning of a name, in so many bytes."""
    while text and size_of(text) > most:
        text = text[:-1]
    return text


def size_of(text: Text) -> int:
    """Bytes of a name."""
    return len(text.translate(UNESCAPED).encode("utf-8", "surrogateescape"))


def set_aside(path: Text, mtime: int, time: int = 1) -> Text:
    """A path for what another content takes the path of: the day and time of its modification before the ending.

    Args:
        path: The one that is taken.
        mtime: In nanoseconds since 1970.
        time: The how manieth path this is, when others were taken, too.
    """
    return with_note(path, moment(mtime) if time == 1 else f"{moment(mtime)}, {time}")


def with_note(path: Text, note: str) -> Text:
    """A path with something in brackets before its ending, no longer than a name may be."""
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".") if "." in name[1:] else (name, "", "")
    if size_of(suffix) > LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    ending = f" ({note}){dot}{suffix}"
    return folder + slash + shortened(stem, LONGEST_NAME - size_of(ending)) + ending


def with_ending(path: Text, ending: Text) -> Text:
    """A path with something behind it, no longer than a name may be."""
    folder, slash, name = path.rpartition("/")
    return folder + slash + shortened(name, LONGEST_NAME - size_of(ending)) + ending


def twins(paths: list[Text]) -> dict[Text, Text]:
    """Second names for paths that some systems take for another that comes before: large and small letters, accents."""
    times: Counter[str] = Counter()
    second = {}
    for path in paths:
        alike = unicodedata.normalize("NFC", path).casefold()
        times[alike] += 1
        if times[alike] > 1:
            second[path] = with_note(path, str(times[alike]))
    return second


def moment(mtime: int) -> str:
    """Nanoseconds since 1970 as a day and a time that names of files can have."""
    try:
        return datetime.fromtimestamp(mtime // 10**9, UTC).strftime("%Y-%m-%d %H.%M.%S")
    except (OverflowError, OSError, ValueError):
        return f"{mtime // 10**9} s"
