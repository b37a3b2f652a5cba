"""The story of `learn --eye`: find a model on this machine or the hub, say what it costs, then embed all pictures.

Everything is a step of its own, so that the person can be asked between them. Nothing of it happens by itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pochade.embedding.eye_folder import ModelFolder, read_model_folder
from pochade.embedding.eye_hub import find_in_cache
from pochade.embedding.eye_model import check_libraries
from pochade.embedding.eye_source import EyeSource
from pochade.embedding.installed_eyes import InstalledEye, install_eye, load_eye
from pochade.index.active_models import WHITE_PIXEL
from pochade.index.eye_record import EyeRecord
from pochade.index.eye_store import count_embedded, embed_missing, load_pictures, write_chosen_eye
from pochade.index.library import Library
from pochade.system.progress import Report

SAMPLE_SIZE = 8  # pictures on which the time is measured
FLOAT_BYTES = 4


@dataclass(frozen=True)
class EyePrice:
    """What it costs to embed the pictures of a collection that an eye has not embedded yet."""

    eye: EyeRecord
    pictures: int  # to embed
    measured: int  # on how many pictures the time was measured
    seconds: float  # for all of them together
    bytes: int  # on disk


def find_eye(source: EyeSource) -> ModelFolder | None:
    """Find the model of a source on this machine; None if it must be fetched from the hub first.

    Raises:
        UsageError: The libraries for eyes are not installed, or the model can't be an eye.
        CheckpointDamaged: The folder has no model, or a damaged one.
    """
    check_libraries()
    return find_in_cache(source) if source.folder is None else read_model_folder(source.folder)


def remember_eye(source: EyeSource, folder: ModelFolder, report: Report) -> InstalledEye:
    """Remember a model on this machine, so that it can be used from now on, without the network.

    Raises:
        CheckpointDamaged: A file can't be read.
        OutputUnwritable: The person's data folder can't be written.
    """
    stamps = folder.stamps  # before its files are read: a later change makes another model of it
    eye = InstalledEye(folder.key(report), source.name, folder.path, stamps)
    install_eye(eye)
    return eye


def measure_price(library: Library, eye: InstalledEye, clock: Callable[[], float] = time.monotonic) -> EyePrice:
    """Load an eye, and measure it on a few pictures of the collection.

    Args:
        library: The collection, which has been learnt.
        eye: The eye.
        clock: The time in seconds.

    Raises:
        CheckpointDamaged: The model can't be used.
        PochadeError: There is too little memory.
        CollectionMissing: Nothing has been learnt yet.
    """
    model = load_eye(eye.key, eye.name)
    contents = library.index.contents()
    sample = load_pictures(library.models, contents[:SAMPLE_SIZE]) or [WHITE_PIXEL]
    model.embed(sample[:1])  # the first one takes longer
    start = clock()
    columns = model.embed(sample).shape[1]
    seconds = clock() - start
    record = EyeRecord(eye.key, eye.name, columns, model.folder.knows_words)
    missing = max(0, len(contents) - count_embedded(library.models, record))
    return EyePrice(record, missing, len(sample), seconds / len(sample) * missing, missing * columns * FLOAT_BYTES)


def use_eye(library: Library, eye: EyeRecord, report: Report) -> None:
    """Choose an eye for a collection, and embed all pictures with it; another call continues an interrupted one.

    Raises:
        UsageError: Another process is learning the folder.
        PochadeError: See `load_eye` and `embed_missing`. What was embedded stays.
    """
    model = load_eye(eye.key, eye.name)
    with library.lock():
        write_chosen_eye(library.index, eye)
        embed_missing(library.models, eye, model, report)


def use_no_eye(library: Library) -> None:
    """Return to the theme model. The embeddings of the eye stay until another one is chosen.

    Raises:
        UsageError: Another process is learning the folder.
    """
    with library.lock():
        write_chosen_eye(library.index, None)
