"""The files of the shipped nets: those that come with the package lie beside this one. Without torch."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent
LOOK = "look.safetensors"
CODE = "code.safetensors"
PAIRS = "pairs.safetensors"  # always the shipped one
CLEANER = "cleaner.safetensors"
PAGE = "page.safetensors"
CREATE = "create.safetensors"
AVIF = "avif.net"  # undoes what AVIF took; packed, as it travels in archives
PREVIEW = "preview.net"  # the same of small AVIFs, enlarged


def name_of(folder: Path, files: tuple[str, ...] = (LOOK, CODE)) -> str | None:
    """A name for nets in a folder (by default those of fingerprints), made of their content; None if one is missing."""
    try:
        contents = b"".join((folder / file).read_bytes() for file in files)
    except OSError:
        return None
    return hashlib.sha256(contents).hexdigest()[:16]


def name_of_pairs() -> str:
    """The name of the net that judges pairs, made of its content: verdicts of another count no more."""
    return hashlib.sha256((FOLDER / PAIRS).read_bytes()).hexdigest()[:16]
