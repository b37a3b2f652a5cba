"""Pochade learns a small sketch of every picture you own, with autoencoders, and shows how autoencoders work.

    from pochade import Collection, clean, compress, fingerprint, open_archive, read_picture, redraw

Importing this package only defines names: an object is loaded when its name is first used.
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

_MODULES = {
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
    """Load the object that a name of the library stands for.

    Raises:
        AttributeError: The library has no such name.
    """
    if name not in _MODULES:
        raise AttributeError(f"module 'pochade' has no attribute '{name}'")
    return getattr(import_module(_MODULES[name]), name)
