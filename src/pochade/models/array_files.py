"""Named arrays in safetensors files, which are never half-written. No torch is imported."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pochade.errors import CheckpointDamaged
from pochade.system.atomic_files import write_atomically

Arrays = dict[str, NDArray[Any]]


def write_arrays(
    path: Path, file_format: str, arrays: Mapping[str, NDArray[np.generic]], metadata: Mapping[str, str]
) -> None:
    """Write named arrays and metadata to one safetensors file.

    Args:
        path: The file to write.
        file_format: The name of the format, stored in the metadata as `format`.
        arrays: Arrays by name.
        metadata: Texts by name.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    contiguous = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()}
    write_atomically(path, save(contiguous, {**metadata, "format": file_format}))


def read_arrays(path: Path, file_format: str) -> tuple[Arrays, dict[str, str]]:
    """Read the arrays and the metadata of a safetensors file.

    Args:
        path: The file to read.
        file_format: The name of the format; files of other formats are refused.

    Returns:
        Arrays by name, and texts by name.

    Raises:
        CheckpointDamaged: The file is missing, cut short, or of another format.
    """
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise CheckpointDamaged(
            f"'{path}' can't be read as a checkpoint: {error}", f"delete '{path}' and train again"
        ) from error
    if metadata.get("format") != file_format:
        raise CheckpointDamaged(f"'{path}' is not a {file_format} file", f"delete '{path}' and train again")
    return arrays, metadata
