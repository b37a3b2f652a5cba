"""Embed new pictures with the eye that the person chose for a collection before."""

import logging

from pochade.embedding.installed_eyes import load_eye
from pochade.errors import OutputUnwritable, PochadeError
from pochade.index.eye_store import chosen_eye, count_embedded, embed_missing
from pochade.index.library import Library
from pochade.system.progress import Report

logger = logging.getLogger(__name__)


def embed_new_pictures(library: Library, report: Report) -> str | None:
    """Embed the pictures that the chosen eye has not embedded yet.

    Args:
        library: The collection.
        report: Called with the progress.

    Returns:
        Why that was not possible; None if it was, or if there is nothing to do.

    Raises:
        OutputUnwritable: The disk is full.
    """
    eye = chosen_eye(library.index)
    missing = library.index.row_count() - count_embedded(library.models, eye) if eye else 0
    if eye is None or missing <= 0:
        return None
    try:
        embed_missing(library.models, eye, load_eye(eye.key, eye.name), report)
    except OutputUnwritable:
        raise
    except PochadeError as error:
        logger.info("the eye could not embed new pictures", exc_info=error)
        return (
            f"the eye '{eye.name}' has not embedded {missing:,} of the pictures, so groups, labels and the map use the "
            f"theme model until then: {error.sentence}{f' ({error.hint})' if error.hint else ''}"
        )
    return None
