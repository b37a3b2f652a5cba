"""Tasks for the worker that generates pictures, and the task that encodes frames as a film.

The worker keeps the collection open, so that its models stay loaded between two tasks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pochade.collection import Collection
from pochade.create.region_map import RegionMap
from pochade.errors import NotPrepared, PochadeError
from pochade.images.io.read import read_preview
from pochade.images.metadata.provenance import Provenance
from pochade.images.render.animation import encode_frames, encode_still
from pochade.system.atomic_files import write_atomically
from pochade.system.progress import Progress
from pochade.web.render.picture_rendering import RenderTask

if TYPE_CHECKING:  # torch, which the server itself does not load
    from pochade.create.novelty import Created

CreationMethod = Literal["imagine", "vary", "morph", "map"]
MAX_FRAME_PIXELS = 4096  # of the longer side: more than any generator makes


@cache
def cached_collection(folder: Path, index: str | None) -> Collection:
    """Open a collection, once in each process."""
    return Collection.open(folder, index=index)


@dataclass(frozen=True)
class CreatedFacts:
    """What the page shows beside a generated picture."""

    method: CreationMethod
    seed: int
    model: str
    percentile: float  # the share of real pictures where the prior is less dense, 0 to 1
    is_out_of_distribution: bool
    nearest: Path  # the real picture that looks most like it
    distance: float  # to the nearest picture: 1 - cosine of the embeddings
    likelihood: float  # that it is the same work as the nearest picture, 0 to 1
    almost_a_copy: bool
    regions: RegionMap | None  # which real picture lent which part

    @property
    def provenance(self) -> Provenance:
        """The record of the picture's origin that its files contain."""
        regions = None if self.regions is None else self.regions.as_data()
        return Provenance(self.model, self.seed, self.method, regions)


@dataclass(frozen=True)
class GeneratedBatch:
    """The pictures of one task."""

    pictures: list[tuple[CreatedFacts, bytes]]  # each with its PNG
    between: list[Path]  # for a place on the map: the pictures that were interpolated


@dataclass(frozen=True)
class GenerationTask(RenderTask):
    """A task that uses the generator. Its `path` is the collection's folder."""

    index: str | None

    def failure(self, problem: str, *, retry: bool) -> PochadeError:  # noqa: ARG002
        """Return the error for a task that exceeded its limits."""
        return PochadeError(problem, "ask for fewer pictures at once")


@dataclass(frozen=True)
class CheckPreparedTask(GenerationTask):
    """Checks whether pictures can be generated at once, and loads the models."""

    def render(self) -> None:
        """Do nothing if the generator is ready.

        Raises:
            PochadeError: The generator is not ready; the sentence says why.
        """
        cached_collection(self.path, self.index).prepare_to_draw(refuse_preparation)


@dataclass(frozen=True)
class GenerateTask(GenerationTask):
    """Generates pictures."""

    method: CreationMethod
    arguments: dict[str, Any]  # of the collection's method

    def render(self) -> GeneratedBatch:
        """Generate the pictures.

        Raises:
            PochadeError: The generator is not ready, or the arguments are impossible.
        """
        collection = cached_collection(self.path, self.index)
        if self.method == "map":
            created, between = collection.draw_at(**self.arguments, report=refuse_preparation)
            return GeneratedBatch([describe_created(created, self.method)], [file.path for file in between])
        methods: dict[CreationMethod, Callable[..., list[Created]]]
        methods = {"imagine": collection.imagine, "vary": collection.vary, "morph": collection.morph}
        pictures = methods[self.method](**self.arguments, report=refuse_preparation)
        return GeneratedBatch([describe_created(created, self.method) for created in pictures], [])


@dataclass(frozen=True)
class EncodeFramesTask(RenderTask):
    """Writes the frames of a morph as one new file, in the format of its suffix."""

    frames: tuple[Path, ...]
    provenance: Provenance

    def render(self) -> None:
        """Write the file `path`."""
        frames = [read_preview(frame, MAX_FRAME_PIXELS).pixels for frame in self.frames]
        write_atomically(self.path, encode_frames(frames, self.provenance, self.path.suffix), new=True)


def refuse_preparation(progress: Progress) -> None:
    """Refuse the stages of preparation that take minutes, which belong in a job.

    Raises:
        NotPrepared: The generator must first encode pictures, or fit its prior.
    """
    from pochade.create.generation_context import FITTING_STAGE  # noqa: PLC0415
    from pochade.create.picture_latents import READING_STAGE  # noqa: PLC0415

    if progress.stage in {READING_STAGE, FITTING_STAGE}:
        raise NotPrepared(
            "the generator is not prepared for all pictures of the collection yet",
            "begin a job of the kind 'prepare'",
        )


def describe_created(created: "Created", method: CreationMethod) -> tuple[CreatedFacts, bytes]:
    """Return the facts about a generated picture, and its PNG with the provenance inside."""
    facts = CreatedFacts(
        method,
        created.seed,
        created.model,
        created.percentile,
        created.is_out_of_distribution,
        created.nearest,
        created.distance,
        created.likelihood,
        created.almost_a_copy,
        created.regions,
    )
    return facts, encode_still(created.picture, facts.provenance)
