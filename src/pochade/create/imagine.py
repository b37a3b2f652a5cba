"""New pictures in the manner of a collection: sampled, varied from a picture, or interpolated between pictures.

latents of all pictures ────────────────┐
picture ─►┤generator.encode├─► latent ──┴─►┤prior├─► new latents ─►┤generator.draw├─► pictures ─► judged: Created
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.create.generation_context import GenerationContext, fit_group_prior, prepare_context
from pochade.create.map_interpolation import mix_latents
from pochade.create.novelty import Created
from pochade.create.picture_latents import fit_to_square
from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares
from pochade.images.io.input_arrays import input_on_ground
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker
from pochade.index.library import Library
from pochade.index.organisation_store import read_map_places
from pochade.index.picture_records import Match, PictureFile
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.models.generator_protocol import Generator
from pochade.organise.picture_finder import compare_matches
from pochade.system.progress import Progress, Report, ignore_progress

ALIGNED_PICTURES = 4  # number of nearest pictures that are aligned with a generated one
GRID_CORNERS = 4
PICTURES_PER_BATCH = 8


def imagine(
    library: Library,
    n: int = 16,
    seed: int = 0,
    *,
    like: Iterable[Any] = (),
    group: str | int | None = None,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> list[Created]:
    """Generate new pictures, each from its own seed.

    Args:
        library: The collection.
        n: The number of pictures.
        seed: The seed of the first picture; each further picture has the next seed.
        like: Pictures that the new ones should resemble: paths, Pillow images or arrays.
        group: The name or number of a group that the new ones should resemble.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Raises:
        UsageError: The collection or the group has too few pictures, there is no such group, or n is below 1.
        CollectionMissing: Nothing has been learnt yet.
        PictureUnreadable: A file can't be read as a picture.
    """
    examples = list(like)
    _check_count(n)
    if examples and group is not None:
        raise UsageError("new pictures can be like some pictures or like a group, not both", "leave one of them out")
    context = prepare_context(library, generator, report)
    prior = context.prior if group is None else fit_group_prior(context, group, report)
    seeds = range(seed, seed + n)
    if examples:
        example_latents = _encode(examples, context.generator)
        latents = [prior.sample_like(example_latents, 1, sample_seed) for sample_seed in seeds]
    else:
        latents = [prior.sample(1, sample_seed) for sample_seed in seeds]
    return _create(context, np.concatenate(latents), seeds, report)


def vary(
    library: Library,
    image: Any,
    n: int = 8,
    strength: float = 0.3,
    seed: int = 0,
    *,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> list[Created]:
    """Generate variations of a picture.

    Args:
        library: The collection.
        image: A path, a Pillow image or an array, in the collection or not.
        n: The number of variations.
        strength: 0 reconstructs the picture, 1 ignores it.
        seed: The seed of the first variation; each further variation has the next seed.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Raises:
        UsageError: The collection has too few pictures, n is below 1, or the strength is not from 0 to 1.
        CollectionMissing: Nothing has been learnt yet.
        PictureUnreadable: The file can't be read as a picture.
    """
    _check_count(n)
    context = prepare_context(library, generator, report)
    latent = _encode([image], context.generator)[0]
    seeds = range(seed, seed + n)
    latents = [context.prior.vary(latent, strength, 1, sample_seed) for sample_seed in seeds]
    return _create(context, np.concatenate(latents), seeds, report)


def morph(
    library: Library,
    images: Sequence[Any],
    frames: int = 60,
    *,
    loop: bool = False,
    part: slice,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> list[Created]:
    """Generate the frames of a path from picture to picture, along which the density of the prior is high.

    Args:
        library: The collection.
        images: Two or more pictures: paths, Pillow images or arrays. The path passes through the generator's
            reconstruction of each of them.
        frames: The number of frames of the whole path.
        loop: Return to the first picture; the first frame then continues the last one.
        part: The frames to generate, if a long path is generated in parts.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Raises:
        UsageError: The collection has too few pictures, there are fewer than two images, too few frames, or none in
            that part.
        CollectionMissing: Nothing has been learnt yet.
        PictureUnreadable: A file can't be read as a picture.
    """
    if len(images) < 2:  # noqa: PLR2004
        raise UsageError("a morph leads from one picture to another", "give two pictures or more")
    context = prepare_context(library, generator, report)
    stops = _encode(images, context.generator)  # (M, D)
    if loop:
        path = context.prior.path(np.concatenate([stops, stops[:1]]), frames + 1)[:-1]
    else:
        path = context.prior.path(stops, frames)
    if not len(path[part]):
        raise UsageError(f"a morph of {frames} frames has none in that part", f"give frames from 0 to {frames - 1}")
    return _create(context, path[part], [0] * len(path[part]), report, align_count=1)


def morph_grid(
    library: Library,
    images: Sequence[Any],
    side: int = 8,
    *,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> list[Created]:
    """Interpolate between four pictures in the corners of a square grid.

    Args:
        library: The collection.
        images: Top left, top right, bottom left, bottom right.
        side: The number of pictures in a row, from 2.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Returns:
        side x side pictures, row by row.

    Raises:
        UsageError: The collection has too few pictures, there are not four images, or side is below 2.
        CollectionMissing: Nothing has been learnt yet.
        PictureUnreadable: A file can't be read as a picture.
    """
    if len(images) != GRID_CORNERS:
        raise UsageError(f"a grid has four pictures in its corners, not {len(images)}", "give four pictures")
    context = prepare_context(library, generator, report)
    corners, path = _encode(images, context.generator), context.prior.path
    left_edge, right_edge = path(corners[[0, 2]], side), path(corners[[1, 3]], side)
    rows = [path(np.stack(ends), side) for ends in zip(left_edge, right_edge, strict=True)]
    return _create(context, np.concatenate(rows), [0] * side**2, report, align_count=1)


def draw_at(
    library: Library,
    x: float,
    y: float,
    seed: int = 0,
    *,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> tuple[Created, list[PictureFile]]:
    """Generate a picture for a place on the map, from the pictures nearest to the place.

    The map can't be inverted, so the latents of the nearest pictures are mixed by distance. The mixed latent tells
    whether the result is out of distribution; the place does not, because the map shows no empty space.

    Args:
        library: The collection.
        x: The place, in the map's coordinates.
        y: The place, in the map's coordinates.
        seed: The random seed of details that the latent does not determine.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Returns:
        The picture, and one file of each picture that was mixed, nearest first.

    Raises:
        UsageError: The collection has too few pictures.
        CollectionMissing: Nothing has been learnt yet.
        NotKnown: There is no map yet.
    """
    context = prepare_context(library, generator, report)
    places = {number: place for number, place in read_map_places(library.index).items() if number in context.latents}
    latent, numbers = mix_latents((x, y), places, context.latents)
    files = library.files_by_number()
    (created,) = _create(context, latent[None], [seed], report)
    return created, [files[number][0] for number in numbers if number in files]


def prepare(library: Library, report: Report = ignore_progress) -> None:
    """Encode all pictures and fit the prior in advance, which takes minutes for a large collection.

    An interrupted run continues with the next call. If everything is prepared already, nothing is computed.

    Args:
        library: The collection.
        report: Called with the progress.

    Raises:
        UsageError: The collection has too few pictures.
        CollectionMissing: Nothing has been learnt yet.
    """
    prepare_context(library, None, report)


def _check_count(n: int) -> None:
    if n < 1:
        raise UsageError(f"{n} pictures can't be generated", "give a number from 1")


def _encode(images: Sequence[Any], generator: Generator) -> Floats:
    """Encode pictures, given as paths, Pillow images or arrays, to latents (M, D)."""
    read = partial(read_preview, side=max(THUMBNAIL_PIXELS, generator.side))
    pictures = [
        read_in_worker(read, image).pixels if isinstance(image, str | Path) else input_on_ground(image)
        for image in images
    ]
    return generator.encode(np.stack([fit_to_square(pixels, generator.side) for pixels in pictures]))


def _create(
    context: GenerationContext,
    latents: Floats,
    seeds: Sequence[int],
    report: Report,
    align_count: int = ALIGNED_PICTURES,
) -> list[Created]:
    """Decode latents (n, D) to pictures, judge their novelty, and find the nearest picture of the collection."""
    prior, novelty, generator = context.prior, context.novelty, context.generator
    pictures = _decode(generator, latents, seeds, report)
    verdicts = novelty.judge(latents, pictures, prior, generator)
    percentiles = prior.percentile(latents)
    matches = _find_nearest(context.library, pictures, align_count, report)
    return [
        Created(
            picture, latent, seed, generator.name, float(percentile), verdict, match.path, match.distance,
            match.likelihood, match.is_same_work or match.distance < novelty.almost_copy_distance,
        )
        for picture, latent, seed, percentile, verdict, match in zip(
            pictures, latents, seeds, percentiles, verdicts, matches, strict=True
        )
    ]  # fmt: skip


def _decode(generator: Generator, latents: Floats, seeds: Sequence[int], report: Report) -> Array:
    """Decode latents (n, D) to pictures (n, S, S, 3) uint8, each with its own seed."""
    pictures = list[Array]()
    for start in range(0, len(latents), PICTURES_PER_BATCH):
        batch = slice(start, start + PICTURES_PER_BATCH)
        pictures += list(generator.draw(latents[batch], list(seeds[batch])))
        report(Progress("drawing", len(pictures), len(latents)))
    return np.stack(pictures)


def _find_nearest(library: Library, pictures: Array, align_count: int, report: Report) -> list[Match]:
    """Find the file of the collection that looks most like each picture (n, S, S, 3)."""
    embeddings = library.models.embedder.embed([make_squares(picture) for picture in pictures])
    matches = list[Match]()
    for done, (picture, embedding) in enumerate(zip(pictures, embeddings, strict=True), 1):
        nearest = library.nearest(embedding, align_count)
        matches.append(compare_matches(library, picture, embedding, nearest, align_count)[0])
        report(Progress("comparing with the pictures", done, len(pictures)))
    return matches
