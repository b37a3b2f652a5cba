"""A search as one question: asked of the library, or of a running server that has everything loaded already.

Question and answer are JSON between two processes of one person and one version. The server has no answer to a question
that it sees in another way: where the picture or the index is another file for it, because it runs in a container or
the index was made again. Errors are no answers, either. Whoever asks then searches on its own.
"""

import json
import logging
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pochade._version import __version__
from pochade.errors import PochadeError, UsageError
from pochade.index.collection_place import CollectionPlace
from pochade.index.picture_records import Filter, Match, PictureFile
from pochade.system.private_socket import socket_path

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only who answers needs them
    from pochade.index.library import Library
    from pochade.organise.meaning_search import EmbedWords

logger = logging.getLogger(__name__)
DEFAULT_MATCHES = 10  # that look like a picture, or show what words say
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
    by_meaning: bool = False  # whether the picture is compared as the eye of the collection sees it

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
    by_meaning: tuple[Match, ...] = ()  # further pictures, which show what the words say, as the eye sees it
    meaning_problem: str = ""  # why the eye could not be asked

    def to_json(self) -> bytes:
        """Write the answer."""
        pictures = [_plain_picture(picture) for picture in self.pictures]
        values = [_plain_matches(self.matches), pictures, self.total, self.is_empty]
        return json.dumps([*values, _plain_matches(self.by_meaning), self.meaning_problem]).encode()


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
    identities, values = json.loads(message)
    image, words, k, folder, picture_format, since, until, shape, colour, label, by_meaning = values
    paths = (index, *([] if image is None else [Path(image)]))
    if identities != [identity_of(path) for path in paths]:
        return None
    since, until = (day and date.fromisoformat(day) for day in (since, until))
    image, folder = (None if path is None else Path(path) for path in (image, folder))
    return FindQuestion(image, words, k, folder, picture_format, since, until, shape, colour, label, by_meaning)


def parse_answer(message: bytes) -> FindAnswer:
    """Read what `FindAnswer.to_json` wrote.

    Raises:
        ValueError: The message is damaged, or cut short.
    """
    matches, pictures, total, is_empty, by_meaning, problem = json.loads(message)
    files = tuple(_picture_of(values) for values in pictures)
    return FindAnswer(_matches_of(matches), files, total, is_empty, _matches_of(by_meaning), problem)


def answer_question(library: "Library", question: FindQuestion, embed_words: "EmbedWords | None" = None) -> FindAnswer:
    """Search a collection.

    Args:
        library: The collection.
        question: What the person looks for.
        embed_words: Embeds words for a search by meaning; by default, this process loads the eye if there is one.

    Raises:
        PictureUnreadable: The picture can't be read.
        CollectionMissing: Nothing has been learnt yet.
        UsageError: A condition makes no sense, or there is no word to search for.
    """
    _ = library.index  # whether there is one matters more than whether the question makes sense
    chosen = _filter_of(library, question)
    among = None if chosen == Filter() else chosen
    if question.image is None:
        return _answer_words(library, question, among, embed_words)
    k = question.k or DEFAULT_MATCHES
    if question.by_meaning:
        from pochade.organise.meaning_search import find_by_meaning  # noqa: PLC0415

        return FindAnswer(matches=tuple(find_by_meaning(library, question.image, k, among=among)))
    from pochade.organise.picture_finder import find_pictures  # noqa: PLC0415  a search by words needs no OpenCV

    matches = find_pictures(library, question.image, k, among=among)
    return FindAnswer(matches=tuple(matches), is_empty=not matches and not library.info().pictures)


def _answer_words(
    library: "Library", question: FindQuestion, among: Filter | None, embed_words: "EmbedWords | None"
) -> FindAnswer:
    from pochade.index.picture_search import search_pictures  # noqa: PLC0415  SQLAlchemy

    pictures = search_pictures(library, question.words, among)
    is_empty = not pictures and not library.info().pictures
    answer = FindAnswer(pictures=tuple(pictures[: question.k]), total=len(pictures), is_empty=is_empty)
    return _add_meaning(library, question, among, answer, {picture.number for picture in pictures}, embed_words)


def _add_meaning(
    library: "Library",
    question: FindQuestion,
    among: Filter | None,
    answer: FindAnswer,
    known: set[int],
    embed_words: "EmbedWords | None",
) -> FindAnswer:
    """Add what the eye of a collection finds, without pictures that have the words; nothing if it has no such eye."""
    from pochade.index.eye_store import chosen_eye  # noqa: PLC0415  SQLAlchemy

    if chosen_eye(library.index) is None:  # the usual case, which imports nothing
        return answer
    from pochade.organise.meaning_search import embed_words_here, eye_for_words, search_meaning  # noqa: PLC0415

    if eye_for_words(library, question.words) is None:
        return answer
    k = question.k or DEFAULT_MATCHES
    try:
        matches = search_meaning(
            library, question.words, k + len(known), among=among, embed_words=embed_words or embed_words_here
        )
    except PochadeError as error:  # such as an eye that another machine installed
        logger.info("the eye could not be asked", exc_info=error)
        return replace(answer, meaning_problem=f"{error.sentence}{f' ({error.hint})' if error.hint else ''}")
    return replace(answer, by_meaning=tuple(match for match in matches if match.picture.number not in known)[:k])


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


def _plain_matches(matches: Iterable[Match]) -> list[list[Any]]:
    return [[match.distance, match.likelihood, _plain_picture(match.picture)] for match in matches]


def _matches_of(values: list[list[Any]]) -> tuple[Match, ...]:
    """The matches from what `_plain_matches` made of them."""
    files = [(distance, likelihood, _picture_of(picture)) for distance, likelihood, picture in values]
    return tuple(Match(file.path, distance, file, likelihood) for distance, likelihood, file in files)


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
