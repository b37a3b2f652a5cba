"""What an archive is to hold: which path has which content, when all that it holds already stays in it."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pochade.archive.archive_reader import Archive
from pochade.archive.codecs.encode_job import sha256_of
from pochade.archive.container.entry_names import Text, above, set_aside
from pochade.archive.container.manifest import NET, ArchivedFile, Entry, Manifest
from pochade.archive.file_list import FileList
from pochade.images.base.source import printable

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Content:
    """A file's content before it is coded."""

    path: Path
    text: Text
    size: int


@dataclass
class ArchivePlan:
    """What the archive is to hold."""

    pieces: dict[Text, tuple[str, int]]  # of files found: SHA-256 and time of modification
    contents: dict[str, list[Content]]  # by SHA-256, every file that has it


def summed(found: FileList, report: Tell) -> ArchivePlan:
    """The SHA-256 of every file; those that can't be read are left out."""
    wanted = ArchivePlan({}, {})
    for number, (text, path) in enumerate(found.files.items()):
        try:
            state = path.stat()
            content, size = sha256_of(path)  # what was read counts: the file may have grown since
        except OSError as error:
            found.left_out[printable(path)] = f"can't be read: {error.strerror}"
            continue
        wanted.pieces[text] = (content, state.st_mtime_ns)
        wanted.contents.setdefault(content, []).append(Content(path, text, size))
        report("looking", number + 1, len(found.files))
    return wanted


def holds(old: Archive, wanted: ArchivePlan, found: FileList, rank: int) -> bool:
    """Whether an archive has every path with its content already, at a fidelity that high."""
    there = {piece.path: piece.entry.original_sha256 for piece in old if piece.entry.rank >= rank}
    same = all(there.get(text) == content for text, (content, _) in wanted.pieces.items())
    return same and set(found.folders) <= set(old.manifest.folders)


def contents_of(entries: list[Entry]) -> set[str]:
    """Of which contents there are entries; a net is none, even where a file is the same."""
    return {entry.original_sha256 for entry in entries if entry.coder != NET}


def leave_out(content: str, reason: str, wanted: ArchivePlan, found: FileList) -> None:
    """The first file with this content, and why."""
    one = wanted.contents[content].pop(0)
    del wanted.pieces[one.text]
    found.left_out[printable(one.path)] = reason
    if not wanted.contents[content]:
        del wanted.contents[content]


def manifest_of(
    entries: list[Entry], old: Archive | None, wanted: ArchivePlan, found: FileList
) -> tuple[Manifest, dict[Text, Text]]:
    """What is where now, and which old contents got another path."""
    by_content = {entry.original_sha256: entry for entry in entries if entry.coder != NET}
    pieces = {text: ArchivedFile(text, mtime, by_content[content]) for text, (content, mtime) in wanted.pieces.items()}
    folders = set(found.folders) | set(old.manifest.folders if old else [])
    moved: dict[Text, Text] = {}
    new_folders = {folder for text in [*pieces, *found.folders] for folder in above(text + "/")} - set(pieces)
    for piece in old or ():
        content = piece.entry.original_sha256
        place = piece.path
        if place in pieces and pieces[place].entry.original_sha256 == content:
            continue
        times = count(1)
        while place in pieces or place in new_folders or any(folder in pieces for folder in above(place)):
            place = aside(place, piece.mtime, next(times), pieces)
        if place != piece.path:
            moved[piece.path] = place
        pieces[place] = ArchivedFile(place, piece.mtime, by_content[content])
    used = {folder for text in pieces for folder in above(text)}
    used |= {folder for text in folders for folder in above(text)}
    empty = sorted(folder for folder in folders - used - set(pieces) if not any(one in pieces for one in above(folder)))
    return Manifest(entries, [pieces[text] for text in sorted(pieces)], empty), moved


def aside(place: Text, mtime: int, time: int, files: Container[Text]) -> Text:
    """Another path: the part of it that is in the way, with a day and a time."""
    blocked = next((folder for folder in above(place) if folder in files), place)
    return set_aside(blocked, mtime, time) + place[len(blocked) :]
