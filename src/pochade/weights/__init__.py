"""The files of the shipped nets: those that come with the package lie beside this one. Without torch."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
LOOK = "look.safetensors"
CODE = "code.safetensors"
CLEAN = "clean.safetensors"
PAIRS = "pairs.safetensors"  # always the shipped one


def name_of(folder: Path) -> str | None:
    """The name of the two fingerprint nets in a folder; None when one of them is missing."""
    return named_by_content([folder / file for file in (LOOK, CODE)])


def named_by_content(files: Sequence[Path]) -> str | None:
    """The name of nets, made of their files' content; None when one of them is missing."""
    try:
        contents = b"".join(file.read_bytes() for file in files)
    except OSError:
        return None
    return hashlib.sha256(contents).hexdigest()[:16]
