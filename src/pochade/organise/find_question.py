"""A search as one question: asked of the library, or of a running server that has everything loaded already.

Question and answer are JSON between two processes of one person and one version. The server has no answer to a question
that it sees in another way: where the picture or the index is another file for it, because it runs in a container or
the index was made again. Errors are no answers, either. Whoever asks then searches on its own.
"""

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pochade._version import __version__
from pochade.errors import UsageError
from pochade.index.collection_place import CollectionPlace
from pochade.index.picture_records import Filter, Match, PictureFile
from pochade.system.private_socket import socket_path

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only who answers needs them
    from pochade.index.library import Library

DEFAULT_MATCHES = 10  # that look like a picture
FORMAT_SUFFIXES = {"jpg": "JPEG", "tif": "TIFF", "jxl": "JPEG XL", "heif": "HEIC"}  # that differ from the format's name
Identity = list[int]


def server_socket(place: CollectionPlace) -> Path | None:
    """The socket at which a server answers searches in a collection; None for an index that is no SQLite file.

    A server of another version has another socket, and so has one for which days begin at other times.
    """
    if not isinstance(place.database, Path):
        return None
    return socket_path("find", __version__, str(place.folder), str(place.database), os.environ.get("TZ", ""))


@dataclass(frozen=True)
class FindQuestion:
    """What a person looks for."""

    image: Path | None  # a picture to compare with; None for a search by words
    words: str
    k: int | None = None  # the number of matches; None for the usual number
    folder: Path | None = None  # as in `Filter`, and so are those below
    format: str | None = None  # a format or a file ending
    since: date | None = None
    until: date | None = None
    shape: str | None = None
    colour: str | None = None
    label: str | None = None

    def to_json(self, index: Path) -> bytes | None:
        """Write the question, with what is known of the files in it.

        Args:
            index: The file of the index.

        Returns:
            The message; None if only this process can read the picture or the index, such as a pipe.
        """
        image = None if self.image is None else Path(os.path.realpath(self.image))
        identities = [identity_of(path) for path in (index, *([] if image is None else [image]))]
        if None in identities:
            return None
        values = [_plain(image if field.name == "image" else getattr(self, field.name)) for field in fields(self)]
        return json.dumps([identities, values]).encode()


@dataclass(frozen=True)
class FindAnswer:
    """What a search found."""

    matches: tuple[Match, ...] = ()  # that look like the picture
    pictures: tuple[PictureFile, ...] = ()  # the first ones that have the words
    total: int = 0  # number of pictures that have the words
    is_empty: bool = False  # whether the collection has no pictures at all

    def to_json(self) -> bytes:
        """Write the answer."""
        matches = [[match.distance, match.likelihood, _plain_picture(match.picture)] for match in self.matches]
        pictures = [_plain_picture(picture) for picture in self.pictures]
        return json.dumps([matches, pictures, self.total, self.is_empty]).encode()


def parse_question(message: bytes, index: Path) -> FindQuestion | None:
    """Read what `FindQuestion.to_json` wrote.

    Args:
        message: The message.
        index: The file of the index.

    Returns:
        The question; None if the picture or the index is another file here.

    Raises:
        ValueError: The message is damaged.
    """
    identities, (image, words, k, folder, picture_format, since, until, shape, colour, label) = json.loads(message)
    paths = (index, *([] if image is None else [Path(image)]))
    if identities != [identity_of(path) for path in paths]:
        return None
    since, until = (day and date.fromisoformat(day) for day in (since, until))
    image, folder = (None if path is None else Path(path) for path in (image, folder))
    return FindQuestion(image, words, k, folder, picture_format, since, until, shape, colour, label)


def parse_answer(message: bytes) -> FindAnswer:
    """Read what `FindAnswer.to_json` wrote.

    Raises:
        ValueError: The message is damaged, or cut short.
    """
    matches, pictures, total, is_empty = json.loads(message)
    files = [(distance, likelihood, _picture_of(values)) for distance, likelihood, values in matches]
    return FindAnswer(
        tuple(Match(file.path, distance, file, likelihood) for distance, likelihood, file in files),
        tuple(_picture_of(values) for values in pictures),
        total,
        is_empty,
    )


def answer_question(library: "Library", question: FindQuestion) -> FindAnswer:
    """Search a collection.

    Raises:
        PictureUnreadable: The picture can't be read.
        CollectionMissing: Nothing has been learnt yet.
        UsageError: A condition makes no sense, or there is no word to search for.
    """
    _ = library.index  # whether there is one matters more than whether the question makes sense
    chosen = _filter_of(library, question)
    among = None if chosen == Filter() else chosen
    if question.image is None:
        return _answer_words(library, question, among)
    from pochade.organise.picture_finder import find_pictures  # noqa: PLC0415  a search by words needs no OpenCV

    matches = find_pictures(library, question.image, question.k or DEFAULT_MATCHES, among=among)
    return FindAnswer(matches=tuple(matches), is_empty=not matches and not library.info().pictures)


def _answer_words(library: "Library", question: FindQuestion, among: Filter | None) -> FindAnswer:
    from pochade.index.picture_search import search_pictures  # noqa: PLC0415  SQLAlchemy

    pictures = search_pictures(library, question.words, among)
    is_empty = not pictures and not library.info().pictures
    return FindAnswer(pictures=tuple(pictures[: question.k]), total=len(pictures), is_empty=is_empty)


def _filter_of(library: "Library", question: FindQuestion) -> Filter:
    picture_format = question.format and match_format(question.format, library.info().formats)
    return Filter(
        question.folder, picture_format, question.since, question.until, question.shape, question.colour, question.label
    )


def match_format(word: str, known_formats: Iterable[str]) -> str:
    """Find the format that a person means by its name or by a file ending, in any case.

    Raises:
        UsageError: The collection has no picture of that format.
    """
    name = FORMAT_SUFFIXES.get(word.lower(), word.upper())
    if matching := next((known for known in known_formats if known.upper() == name), None):
        return matching
    raise UsageError(f"no picture here has the format '{word}'", f"choose one of {', '.join(known_formats)}")


def identity_of(path: Path) -> Identity | None:
    """What tells a file from every other that takes its place later; None if it is no plain file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return [status.st_dev, status.st_ino] if stat.S_ISREG(status.st_mode) else None


def _plain_picture(picture: PictureFile) -> list[Any]:
    return [_plain(getattr(picture, field.name)) for field in fields(picture)]


def _plain(value: Any) -> Any:
    """A value for JSON, which holds the bytes of paths that are no UTF-8 as lone surrogates."""
    if isinstance(value, Path):
        return os.fspath(value)
    return value.isoformat() if isinstance(value, date) else value


def _picture_of(values: list[Any]) -> PictureFile:
    """A picture from what `_plain_picture` made of it."""
    named = dict(zip((field.name for field in fields(PictureFile)), values, strict=True))
    special = {
        "path": Path(named["path"]),
        "modified": datetime.fromisoformat(named["modified"]),
        "notes": tuple(named["notes"]),
    }
    return PictureFile(**(named | special))
