"""New pictures in the manner of a collection: sampled, varied from a picture, or mixed for a place on the map.

latents of all pictures ────────────────┐
picture ─►┤generator.encode├─► latent ──┴─►┤prior├─► new latents ─►┤generator.draw├─► plans
plans ─►┤patches of the nearest real pictures├─► pictures ─► judged: Created
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.create.created_judgement import decode_plans, encode_images, judge_created
from pochade.create.generation_context import GenerationContext, fit_group_prior, prepare_context
from pochade.create.map_interpolation import mix_latents
from pochade.create.novelty import Created
from pochade.create.patch_lenders import MAX_LENDERS, LenderChoice, Lenders, lend_images
from pochade.create.picture_finishing import (
    DEFAULT_SIZE,
    FinishedPicture,
    OutputSize,
    finish_plan,
    finish_variation,
    shrink_plan,
    vary_plan,
)
from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares
from pochade.index.library import Library
from pochade.index.organisation_store import read_map_places
from pochade.index.picture_records import PictureFile
from pochade.models.generator_protocol import Generator
from pochade.system.progress import Progress, Report, ignore_progress

ALIGNED_PICTURES = 4  # number of nearest pictures that are aligned with a created one
FINISHING_STAGE = "drawing with your strokes"


def imagine(
    library: Library,
    n: int = 16,
    seed: int = 0,
    *,
    like: Iterable[Any] = (),
    group: str | int | None = None,
    size: int = DEFAULT_SIZE,
    rough: bool = False,
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
        size: Of each picture, in pixels; less if the collection's pictures are smaller.
        rough: Return what the model plans, at once, without drawing it.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Raises:
        UsageError: The collection or the group has too few pictures, there is no such group, n is below 1, or the size
            is impossible.
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
        example_latents = encode_images(examples, context.generator)[1]
        latents = [prior.sample_like(example_latents, 1, sample_seed) for sample_seed in seeds]
    else:
        latents = [prior.sample(1, sample_seed) for sample_seed in seeds]
    return _create(context, np.concatenate(latents), seeds, size, rough, report)


def vary(
    library: Library,
    image: Any,
    n: int = 8,
    strength: float = 0.3,
    seed: int = 0,
    *,
    size: int = DEFAULT_SIZE,
    rough: bool = False,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> list[Created]:
    """Generate variations of a picture.

    Args:
        library: The collection.
        image: A path, a Pillow image or an array, in the collection or not.
        n: The number of variations.
        strength: 0 gives the picture itself, drawn with its own patches; 1 draws another one, with those of others too.
        seed: The seed of the first variation; each further variation has the next seed.
        size: Of each picture, in pixels; less if the collection's pictures are smaller.
        rough: Return what the model plans, at once, without drawing it.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Raises:
        UsageError: The collection has too few pictures, n is below 1, the strength is not from 0 to 1, or the size is
            impossible.
        CollectionMissing: Nothing has been learnt yet.
        PictureUnreadable: The file can't be read as a picture.
    """
    _check_count(n)
    context = prepare_context(library, generator, report)
    squares, (latent,) = encode_images([image], context.generator)
    seeds = range(seed, seed + n)
    latents = np.concatenate([context.prior.vary(latent, strength, 1, sample_seed) for sample_seed in seeds])
    variations = decode_plans(context.generator, latents, seeds, report)
    reconstructions = decode_plans(context.generator, np.stack([latent] * n), seeds, ignore_progress)
    plans = np.stack([
        vary_plan(squares[0], reconstruction, variation, strength)
        for reconstruction, variation in zip(reconstructions, variations, strict=True)
    ])  # fmt: skip
    output = OutputSize.choose(library, size)
    if rough or output.is_small:
        finished = [_without_patches(plan, output) for plan in plans]
    else:
        itself = lend_images(library, [image], output.side)
        finished = _finish_variations(context, latents, plans, itself, seeds, output.side, strength, report)
    return judge_created(context, latents, variations, finished, seeds, report, ALIGNED_PICTURES)


def draw_at(
    library: Library,
    x: float,
    y: float,
    seed: int = 0,
    *,
    size: int = DEFAULT_SIZE,
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
        size: Of the picture, in pixels; less if the collection's pictures are smaller.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Returns:
        The picture, and one file of each picture that was mixed, nearest first.

    Raises:
        UsageError: The collection has too few pictures, or the size is impossible.
        CollectionMissing: Nothing has been learnt yet.
        NotKnown: There is no map yet.
    """
    context = prepare_context(library, generator, report)
    places = {number: place for number, place in read_map_places(library.index).items() if number in context.latents}
    latent, numbers = mix_latents((x, y), places, context.latents)
    files = library.files_by_number()
    (created,) = _create(context, latent[None], [seed], size, False, report)
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


def _create(
    context: GenerationContext, latents: Floats, seeds: Sequence[int], size: int, rough: bool, report: Report
) -> list[Created]:
    """Decode latents (n, D) to plans, draw these with patches of the nearest pictures, and judge what was created."""
    plans = decode_plans(context.generator, latents, seeds, report)
    output = OutputSize.choose(context.library, size)
    if rough or output.is_small:
        finished = [_without_patches(plan, output) for plan in plans]
    else:
        finished = _finish_plans(context, latents, plans, seeds, output.side, report)
    return judge_created(context, latents, plans, finished, seeds, report, ALIGNED_PICTURES)


def _without_patches(plan: Array, output: OutputSize) -> FinishedPicture:
    """A plan as it is, or in the size of a collection of small pictures."""
    return shrink_plan(plan, output.side) if output.is_small else FinishedPicture(plan, None)


def _finish_plans(
    context: GenerationContext, latents: Floats, plans: Array, seeds: Sequence[int], side: int, report: Report
) -> list[FinishedPicture]:
    """Draw plans with patches of the nearest pictures."""
    choice, finished = LenderChoice(context, side), list[FinishedPicture]()
    for plan, latent, embedding, seed in zip(plans, latents, _embed(context, plans), seeds, strict=True):
        report(Progress(FINISHING_STAGE, len(finished), len(plans)))
        finished.append(finish_plan(plan, choice.nearest(plan, latent, embedding), seed, side))
    report(Progress(FINISHING_STAGE, len(plans), len(plans)))
    return finished


def _finish_variations(
    context: GenerationContext,
    latents: Floats,
    plans: Array,
    itself: Lenders,
    seeds: Sequence[int],
    side: int,
    strength: float,
    report: Report,
) -> list[FinishedPicture]:
    """Draw the plans of variations with patches of the picture itself, and of the nearest ones."""
    choice, finished = LenderChoice(context, side), list[FinishedPicture]()
    for plan, latent, embedding, seed in zip(plans, latents, _embed(context, plans), seeds, strict=True):
        report(Progress(FINISHING_STAGE, len(finished), len(plans)))
        lenders = itself.with_others(choice.nearest(plan, latent, embedding, MAX_LENDERS - 1))
        finished.append(finish_variation(plan, lenders, seed, side, strength))
    report(Progress(FINISHING_STAGE, len(plans), len(plans)))
    return finished


def _embed(context: GenerationContext, plans: Array) -> Floats:
    """The embeddings of plans, (n, 64)."""
    embeddings: Floats = context.library.models.embedder.embed([make_squares(plan) for plan in plans])
    return embeddings
