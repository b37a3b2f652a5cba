"""Copies of a real picture and latents that lie where no picture is are recognised."""

import numpy as np

from pochade import Collection
from pochade.create.generation_context import prepare_context
from pochade.create.novelty import almost_copy_distance
from pochade.system.progress import ignore_progress
from tests.support.drawings import drawing
from tests.support.generator import LinearGenerator


def test_a_generated_copy_of_a_picture_is_almost_a_copy(drawings: Collection) -> None:
    count = len(drawings.pictures())
    lossless = LinearGenerator([drawing(seed) for seed in range(count)], latent_dim=count - 1)
    (copy,) = drawings.vary(drawings.folder / "drawing 6.png", 1, 0, painter=lossless)
    assert copy.almost_a_copy
    assert copy.nearest.name == "drawing 6.png"


def test_a_latent_far_from_all_pictures_is_out_of_distribution(
    drawings: Collection, generator: LinearGenerator
) -> None:
    context = prepare_context(drawings.library, generator, ignore_progress)
    created = drawings.imagine(1, painter=generator)[0]
    assert created.empty == created.is_out_of_distribution
    latent = 40 * created.latent[None]
    (verdict,) = context.novelty.judge(latent, generator.draw(latent, [0]), context.prior, generator)
    assert verdict.is_out_of_distribution
    assert context.prior.percentile(latent) == 0


def test_copies_in_the_collection_do_not_change_the_distance_of_almost_copies() -> None:
    embeddings = np.random.default_rng(0).standard_normal((80, 64))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    without_copies = almost_copy_distance(embeddings, np.arange(80))
    with_copies = almost_copy_distance(np.concatenate([embeddings, embeddings[:40]]), np.arange(120))
    assert abs(with_copies - without_copies) < 0.05
