"""Pochade learns a small sketch of every piece of art you own, with autoencoders, and shows how autoencoders work.

    from pochade import Collection, clean, compress, fingerprint, open_archive, read_picture, redraw

Importing this package only defines names: what a name stands for is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pochade._version import __version__ as __version__

if TYPE_CHECKING:
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.archive_writer import compress
    from pochade.cleaning.clean_picture import clean
    from pochade.cleaning.cleaner import Cleaned
    from pochade.collection import Collection
    from pochade.embedding.embedder import Fingerprints, fingerprint, redraw
    from pochade.images.io.read import read_picture

__all__ = [
    "Cleaned",
    "Collection",
    "Fingerprints",
    "clean",
    "compress",
    "fingerprint",
    "open_archive",
    "read_picture",
    "redraw",
]

_HOMES = {
    "Cleaned": "pochade.cleaning.cleaner",
    "Collection": "pochade.collection",
    "Fingerprints": "pochade.embedding.embedder",
    "clean": "pochade.cleaning.clean_picture",
    "compress": "pochade.archive.archive_writer",
    "fingerprint": "pochade.embedding.embedder",
    "open_archive": "pochade.archive.archive_reader",
    "read_picture": "pochade.images.io.read",
    "redraw": "pochade.embedding.embedder",
}


def __getattr__(name: str) -> Any:
    """Load what a name of the library stands for.

    Raises:
        AttributeError: It is no name of the library.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'pochade' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
