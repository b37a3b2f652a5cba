"""The weights of the shipped models, in the files of this folder, and names that identify models. No torch is imported.

The file names, and the hashes that identify models, are stored in indexes and archives, so they never change.
"""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent
EMBEDDING_FILE = "look.safetensors"
SKETCH_FILE = "code.safetensors"
PAIR_FILE = "pairs.safetensors"  # never fine-tuned
THEME_FILE = "theme.onnx"  # never fine-tuned
TECHNIQUE_FILE = "technique.onnx"  # never fine-tuned
CLEANER_FILE = "cleaner.safetensors"
PAGE_FILE = "page.safetensors"
MARK_FILE = "marks.safetensors"  # never fine-tuned
GENERATOR_FILE = "create.safetensors"
AVIF_FILE = "avif.net"  # removes the artifacts of AVIF; packed, as it travels in archives
PREVIEW_FILE = "preview.net"  # removes the artifacts of small AVIF files that are enlarged
CLEANING_FILES = (CLEANER_FILE, PAGE_FILE, MARK_FILE)
HASH_DIGITS = 16


def weights_name(folder: Path, files: tuple[str, ...] = (EMBEDDING_FILE, SKETCH_FILE)) -> str | None:
    """A name for the models in a folder, made from their content.

    Args:
        folder: Where the files are.
        files: The files that are hashed; by default those of the embedding and the sketch model.

    Returns:
        The beginning of a SHA-256, or None if a file is missing.
    """
    try:
        contents = b"".join((folder / file).read_bytes() for file in files)
    except OSError:
        return None
    return hashlib.sha256(contents).hexdigest()[:HASH_DIGITS]


def pair_model_name() -> str:
    """A name for the shipped pair model, made from its content. Stored pair scores of other names are out of date."""
    return hashlib.sha256((FOLDER / PAIR_FILE).read_bytes()).hexdigest()[:HASH_DIGITS]
