"""Fine-tune the models of a collection on its own pictures; only models that are better on held-out ones are kept."""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pochade.index.active_models import utc_now
from pochade.index.library import Library
from pochade.index.model_store import model_in_use, prepare_model, record_training
from pochade.models import weights
from pochade.system.atomic_files import write_atomically
from pochade.system.progress import Report

MIN_PICTURES = 20  # with fewer, nothing is trained
MIN_PICTURES_BY_DEFAULT = 200  # with fewer, the held-out tenth is a weak test: trained only if minutes are given
GROWTH_FACTOR = 1.2  # the models are trained again once the collection has grown by this factor
PICTURES_PER_MINUTE = 1_000  # of training
MAX_DEFAULT_MINUTES = 5.0
HELD_OUT_DIVISOR = 10  # one picture in ten, chosen by its content, is never trained on
MAX_TRAINING_PICTURES = 20_000  # 2 GB of memory


class _TrainingSplit(NamedTuple):
    """The content hashes of the pictures that training uses."""

    training: list[str]  # in random order
    held_out: list[str]  # sorted


def training_minutes(pictures: int, trained_on: int) -> float:
    """Choose how many minutes to train: more for more pictures, and 0 for few pictures or few new ones.

    Args:
        pictures: The number of pictures now.
        trained_on: The number of pictures at the last training.
    """
    if pictures < MIN_PICTURES_BY_DEFAULT or pictures < GROWTH_FACTOR * trained_on:
        return 0.0
    return min(MAX_DEFAULT_MINUTES, pictures / PICTURES_PER_MINUTE)


def planned_minutes(library: Library, minutes: float | None) -> float:
    """How many minutes the models of a collection are to be trained; 0 if they are not.

    Args:
        library: The collection.
        minutes: What the person asked for; None chooses by the number of pictures.
    """
    count, model = library.index.row_count(), model_in_use(library.index)
    if minutes is None:
        minutes = training_minutes(count, model.figures.get("pieces", 0) if model else 0)
    return minutes if minutes > 0 and count >= MIN_PICTURES else 0.0


def finetune_models(library: Library, minutes: float | None, report: Report) -> dict[str, Any] | None:
    """Fine-tune all models within a time budget, and switch to those that got better.

    Args:
        library: The collection.
        minutes: The budget; None chooses it by the number of pictures.
        report: Called with the progress.

    Returns:
        The figures of each model before and after, or None if nothing was trained.
    """
    minutes, count = planned_minutes(library, minutes), library.index.row_count()
    if not minutes:
        return None
    split = _split_pictures(library.index.contents())
    if not split.training:
        return None
    figures, name = _finetune(library, split, minutes, report)
    shutil.rmtree(library.home / "training", ignore_errors=True)
    figures["pieces"] = count
    if name is None:
        record_training(library.index, figures)
    else:
        prepare_model(library.index, name, utc_now(), figures)
        library.models.switch_to(name, report)
    return figures


def _split_pictures(contents: list[str]) -> _TrainingSplit:
    order = np.random.default_rng(0).permutation(len(contents))[:MAX_TRAINING_PICTURES]
    sample = [contents[row] for row in order]
    held_out = {content for content in sample if int(content[:8], 16) % HELD_OUT_DIVISOR == 0}
    return _TrainingSplit([content for content in sample if content not in held_out], sorted(held_out))


def _finetune(
    library: Library, split: _TrainingSplit, minutes: float, report: Report
) -> tuple[dict[str, Any], str | None]:
    """Fine-tune the artifact remover, the generator and the embedder, and write those that got better.

    Returns:
        The figures of all three, and the name of the new embedder if one of its models got better.
    """
    from pochade.create.picture_latents import GENERATOR_FILE  # noqa: PLC0415  torch
    from pochade.learn.finetune_artifact_remover import (  # noqa: PLC0415
        ARTIFACT_REMOVER_SHARE,
        finetune_artifact_remover,
    )
    from pochade.learn.finetune_embedding import finetune_embedder  # noqa: PLC0415
    from pochade.learn.finetune_generator import finetune_generator  # noqa: PLC0415
    from pochade.models.checkpoints import save_model  # noqa: PLC0415
    from pochade.models.packed_weights import pack_model  # noqa: PLC0415

    models, home = library.models, library.home
    training, held_out = (list(models.squares(contents)) for contents in split)
    training_files, held_out_files = _files_of(library, sorted(split.training)), _files_of(library, split.held_out)
    remover_minutes = minutes * ARTIFACT_REMOVER_SHARE
    remover, remover_figures = finetune_artifact_remover(home, training_files, held_out_files, remover_minutes, report)
    generator, generator_figures = finetune_generator(models, sorted(split.training), split.held_out, minutes, report)
    name, figures = finetune_embedder(models.embedder, training, held_out, minutes, home, report)
    if generator:
        save_model(home / GENERATOR_FILE, generator.half())
    if remover:
        write_atomically(home / weights.AVIF_FILE, pack_model(remover))
    return figures | {"painter": generator_figures, "restorer": remover_figures}, name


def _files_of(library: Library, contents: list[str]) -> list[Path]:
    """One file of each picture; pictures whose files are all gone are left out."""
    paths = {file.hash: file.path for file in library.pictures()}
    return [paths[content] for content in contents if content in paths]
