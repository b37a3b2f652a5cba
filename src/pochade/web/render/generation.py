"""New pictures drawn for the page, in a process of their own that keeps the nets at hand; and ways written as films."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pochade.collection import Collection
from pochade.create.creating import FITTING
from pochade.errors import PochadeError
from pochade.images.io.read import read_preview
from pochade.images.render.animation import Provenance, moving, still
from pochade.system.atomic_files import write_atomically
from pochade.system.progress import Progress
from pochade.web.render.picture_rendering import Showing

if TYPE_CHECKING:  # torch, which the server itself need not load
    from pochade.create.novelty import Created

Way = Literal["imagine", "vary", "morph", "map"]  # how a picture was asked for
LARGEST = 4096  # pixels a side: no net draws as many
UNPREPARED = "the net has not read all pieces yet, or not learnt where they lie"
PREPARE = "begin a job of the kind 'prepare'"


@cache
def at_hand(folder: Path, index: str | None) -> Collection:
    """A collection, opened once, so that its nets stay loaded."""
    return Collection.open(folder, index=index)


@dataclass(frozen=True)
class Made:
    """A picture that was drawn, and all that is said of it."""

    way: Way
    seed: int
    net: str
    percentile: float  # share of real pieces that lie where it is less dense
    empty: bool  # whether the collection has nothing there
    nearest: Path  # the real piece that looks most like it
    distance: float
    likelihood: float  # that both are one work
    almost_a_copy: bool

    @property
    def origin(self) -> Provenance:
        """As files say it."""
        return Provenance(self.net, self.seed, self.way)


@dataclass(frozen=True)
class Batch:
    """What was drawn at once."""

    pictures: list[tuple[Made, bytes]]  # each as a PNG that says where it comes from
    between: list[Path]  # on the map: the pieces that it was mixed of


@dataclass(frozen=True)
class AtWork(Showing):
    """Something to be done with the nets; `path` is the collection's folder."""

    index: str | None

    def given_up(self, problem: str, *, again: bool) -> PochadeError:  # noqa: ARG002
        """The error for what took too much."""
        return PochadeError(problem, "ask for fewer pictures at once")


@dataclass(frozen=True)
class Prepared(AtWork):
    """Whether drawing can begin at once."""

    def read(self) -> None:
        """Nothing, or the error that says why not."""
        at_hand(self.path, self.index).prepare_to_draw(draw_only)


@dataclass(frozen=True)
class Drawing(AtWork):
    """Pictures to be drawn."""

    way: Way
    wish: dict[str, Any]  # arguments of the collection's method

    def read(self) -> Batch:
        """What was drawn."""
        collection = at_hand(self.path, self.index)
        if self.way == "map":
            created, pieces = collection.draw_at(**self.wish, report=draw_only)
            return Batch([made(created, self.way)], [piece.path for piece in pieces])
        ways: dict[Way, Callable[..., list[Created]]]
        ways = {"imagine": collection.imagine, "vary": collection.vary, "morph": collection.morph}
        return Batch([made(one, self.way) for one in ways[self.way](**self.wish, report=draw_only)], [])


@dataclass(frozen=True)
class Filmed(Showing):
    """A new file of the frames of a way, of the kind that its name ends in."""

    frames: tuple[Path, ...]
    origin: Provenance

    def read(self) -> None:
        """Nothing: the file is there afterwards."""
        frames = [read_preview(frame, LARGEST).pixels for frame in self.frames]
        write_atomically(self.path, moving(frames, self.origin, self.path.suffix), new=True)


def draw_only(progress: Progress) -> None:
    """Let go on what takes seconds, and nothing that takes minutes: that is for a job.

    Raises:
        PochadeError: Pieces have to be read first, or learnt from.
    """
    from pochade.create.picture_latents import READING  # noqa: PLC0415  torch

    if progress.stage in {READING, FITTING}:
        raise PochadeError(UNPREPARED, PREPARE)


def made(one: "Created", way: Way) -> tuple[Made, bytes]:
    """A picture as the page keeps it."""
    said = Made(
        way, one.seed, one.net, one.percentile, one.empty, one.nearest, one.distance, one.likelihood,
        one.almost_a_copy,
    )  # fmt: skip
    return said, still(one.picture, said.origin)
