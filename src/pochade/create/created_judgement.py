"""Created pictures compared with the collection: how typical they are, and what they resemble or nearly copy."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.create.generation_context import GenerationContext
from pochade.create.novelty import Created
from pochade.create.picture_finishing import FinishedPicture
from pochade.create.picture_latents import fit_to_square
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares
from pochade.images.io.input_reading import read_input
from pochade.index.library import Library
from pochade.index.picture_records import Match
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.models.generator_protocol import Generator
from pochade.organise.picture_finder import compare_matches
from pochade.system.progress import Progress, Report

PICTURES_PER_BATCH = 8
MAX_NEW_SHARE = 0.6  # of what is drawn; a picture with a larger connected region of one picture is almost a copy


def encode_images(images: Sequence[Any], generator: Generator) -> tuple[Array, Floats]:
    """Encode pictures, given as paths, Pillow images or arrays.

    Returns:
        The squares that the generator reads (M, S, S, 3), and the latents (M, D).
    """
    pictures = [read_input(image, max(THUMBNAIL_PIXELS, generator.side)) for image in images]
    squares = np.stack([fit_to_square(pixels, generator.side) for pixels in pictures])
    return squares, generator.encode(squares)


def decode_plans(generator: Generator, latents: Floats, seeds: Sequence[int], report: Report) -> Array:
    """Decode latents (n, D) to rough pictures (n, S, S, 3) uint8, each with its own seed."""
    plans = list[Array]()
    for start in range(0, len(latents), PICTURES_PER_BATCH):
        batch = slice(start, start + PICTURES_PER_BATCH)
        plans += list(generator.draw(latents[batch], list(seeds[batch])))
        report(Progress("sketching", len(plans), len(latents)))
    return np.stack(plans)


def judge_created(
    context: GenerationContext,
    latents: Floats,
    plans: Array,
    finished: Sequence[FinishedPicture],
    seeds: Sequence[int],
    report: Report,
    align_count: int,
) -> list[Created]:
    """Judge the novelty of finished pictures, and find the nearest picture of the collection.

    Args:
        context: The collection.
        latents: (n, D).
        plans: What the generator decoded from them, (n, S, S, 3).
        finished: The pictures.
        seeds: The seed of each one.
        report: Called with the progress.
        align_count: The number of nearest pictures that are aligned with each one.
    """
    prior, novelty, generator = context.prior, context.novelty, context.generator
    verdicts = novelty.judge(latents, plans, prior, generator)
    percentiles = prior.percentile(latents)
    matches = _find_nearest(context.library, [ready.picture for ready in finished], align_count, report)
    return [
        Created(
            ready.picture, latent, seed, generator.name, float(percentile), verdict, match.path, match.distance,
            match.likelihood, match.is_same_work or match.distance < novelty.almost_copy_distance or _is_copied(ready),
            ready.regions,
        )
        for ready, latent, seed, percentile, verdict, match in zip(
            finished, latents, seeds, percentiles, verdicts, matches, strict=True
        )
    ]  # fmt: skip


def _is_copied(finished: FinishedPicture) -> bool:
    return finished.regions is not None and finished.regions.largest_share > MAX_NEW_SHARE


def _find_nearest(library: Library, pictures: Sequence[Array], align_count: int, report: Report) -> list[Match]:
    """Find the file of the collection that looks most like each picture (h, w, 3)."""
    embeddings = library.models.embedder.embed([make_squares(picture) for picture in pictures])
    matches = list[Match]()
    for done, (picture, embedding) in enumerate(zip(pictures, embeddings, strict=True), 1):
        nearest = library.nearest(embedding, align_count)
        matches.append(compare_matches(library, picture, embedding, nearest, align_count)[0])
        report(Progress("comparing with the pictures", done, len(pictures)))
    return matches
