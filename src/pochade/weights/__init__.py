"""The files of the shipped nets: those that come with the package lie beside this one. Without torch."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent
LOOK = "look.safetensors"
CODE = "code.safetensors"
PAIRS = "pairs.safetensors"  # always the shipped one
CLEANER = "cleaner.safetensors"
PAGE = "page.safetensors"


def name_of(folder: Path, files: tuple[str, ...] = (LOOK, CODE)) -> str | None:
    """A name for the nets in a folder, made of their content (by default those of fingerprints); None if one is missing."""
    try:
        contents = b"".join((folder / file).read_bytes() for file in files)
    except OSError:
        return None
    return hashlib.sha256(contents).hexdigest()[:16]
