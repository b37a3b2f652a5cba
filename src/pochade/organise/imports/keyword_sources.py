"""Read keywords and ratings: in the XMP sidecars of digiKam, Lightroom and darktable, and inside the pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import FileUnreachable, PochadeError
from pochade.images.metadata.picture_keywords import read_keywords
from pochade.images.metadata.xmp import read_sidecar
from pochade.images.metadata.xmp_keywords import PictureKeywords, keywords_of_xmp
from pochade.organise.imports.foreign_items import ForeignItem, LeftOut, names_of_paths, names_of_rating
from pochade.organise.imports.picture_folders import ListedPicture
from pochade.organise.sidecars import sidecar_paths
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report
from pochade.system.worker_pool import WorkerPool

FEW_PICTURES = 200  # fewer than that are read by one worker: starting another takes longer


@dataclass(frozen=True)
class KeywordTask:
    """The task of reading the keywords inside a picture."""

    path: Path
    shown: str

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return printable(self.path.name)

    def run(self) -> PictureKeywords | str:
        """Read the keywords; a text says why that is not possible."""
        try:
            return read_keywords(self.path)
        except FileUnreachable as error:
            return error.reason

    def failure(self, problem: str, *, retry: bool) -> str:  # noqa: ARG002  the person imports again, or not
        """Return why a worker could not read a file."""
        return problem


def read_xmp_sidecars(
    pictures: Sequence[ListedPicture], report: Report, *, with_parents: bool
) -> Iterator[ForeignItem | LeftOut]:
    """Yield the keywords and ratings in the XMP sidecars of pictures.

    Args:
        pictures: The pictures, and what else is in their folders.
        report: Called with the progress.
        with_parents: Whether the parents of keywords become labels, too.
    """
    for done, picture in enumerate(pictures, 1):
        report(Progress("reading XMP sidecars", done, len(pictures)))
        paths, rating = list[tuple[str, ...]](), 0
        for sidecar in sidecar_paths(picture.path):
            if sidecar.name in picture.names:
                try:
                    keywords = keywords_of_xmp(read_sidecar(sidecar).rdf)
                except PochadeError as error:
                    yield LeftOut(picture.shown_beside(sidecar.name), error.reason)
                else:
                    paths, rating = [*paths, *keywords.paths], rating or keywords.rating
        if labels := names_of_paths(paths, with_parents=with_parents) + names_of_rating(rating):
            yield ForeignItem(picture.path, labels, picture.shown)


def read_keywords_inside(
    pictures: Sequence[ListedPicture], report: Report, *, with_parents: bool
) -> Iterator[ForeignItem | LeftOut]:
    """Yield the keywords and ratings inside pictures, which worker processes read.

    Args:
        pictures: The pictures.
        report: Called with the progress.
        with_parents: Whether the parents of keywords become labels, too.
    """
    tasks = [KeywordTask(picture.path, picture.shown) for picture in pictures]
    if not tasks:
        return
    with WorkerPool(1 if len(tasks) < FEW_PICTURES else None, preload=(__name__,)) as workers:
        for done, (task, keywords) in enumerate(workers.run(tasks), 1):
            report(Progress("reading keywords", done, len(tasks)))
            if isinstance(keywords, str):
                yield LeftOut(task.shown, keywords)
            elif labels := _labels_of(keywords, with_parents=with_parents):
                yield ForeignItem(task.path, labels, task.shown)


def _labels_of(keywords: PictureKeywords, *, with_parents: bool) -> tuple[str, ...]:
    return names_of_paths(keywords.paths, with_parents=with_parents) + names_of_rating(keywords.rating)
