"""Pochade learns a small sketch of every piece of art you own, with autoencoders, and shows how autoencoders work.

    from pochade import Collection, clean, compress, fingerprint, open_archive, read_picture, redraw

Importing this package only defines names: what a name stands for is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pochade.archive.opened import open_archive
    from pochade.archive.writing import compress
    from pochade.cleaning.clean import clean
    from pochade.cleaning.cleaner import Cleaned
    from pochade.collection.collection import Collection
    from pochade.fingerprints import Fingerprints, fingerprint, redraw
    from pochade.images.read import read_picture

__version__ = "0.1.0"
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
    "Collection": "pochade.collection.collection",
    "Fingerprints": "pochade.fingerprints",
    "clean": "pochade.cleaning.clean",
    "compress": "pochade.archive.writing",
    "fingerprint": "pochade.fingerprints",
    "open_archive": "pochade.archive.opened",
    "read_picture": "pochade.images.read",
    "redraw": "pochade.fingerprints",
}


def __getattr__(name: str) -> Any:
    """Load what a name of the library stands for.

    Raises:
        AttributeError: It is no name of the library.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'pochade' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
