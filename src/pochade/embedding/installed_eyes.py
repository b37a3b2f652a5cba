"""The eyes that the person has installed on this machine: one small file for each, in the person's data folder.

An index only names its eye by a key. So an index from a stranger leads to no file: a model is loaded only if this
person chose it on this machine, from where it lay then, and if its files have not changed since.
"""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pochade.embedding.eye_folder import KEY_DIGITS, ModelFolder, read_model_folder
from pochade.embedding.eye_source import EYES, is_model_name
from pochade.errors import DataMissing
from pochade.system.atomic_files import write_atomically
from pochade.system.data_folder import data_folder
from pochade.system.path_text import printable

if TYPE_CHECKING:
    from pochade.embedding.eye_model import EyeModel

FOLDER = "eyes"  # in the person's data folder
MAX_FILE_BYTES = 2**16
_KEY = re.compile(f"[0-9a-f]{{{KEY_DIGITS}}}")


@dataclass(frozen=True)
class InstalledEye:
    """A model on this machine that the person has chosen once."""

    key: str  # 16 digits, the same wherever the model is
    name: str  # a short name, a name of the hub, or the last part of the folder's path
    folder: Path  # of the model
    stamps: Mapping[str, list[int]]  # size and time of change of its files

    def check(self) -> ModelFolder:
        """Return the model's folder if it still holds the same model.

        Raises:
            DataMissing: The folder is gone, or its files have changed.
            CheckpointDamaged: Something in it is missing or damaged.
        """
        hint = f"install it again: pochade learn --eye {_argument(self.name)}"
        if not os.path.isdir(self.folder):  # noqa: PTH112  never raises
            raise DataMissing(f"the model of the eye '{self.name}' is gone from '{printable(self.folder)}'", hint)
        folder = read_model_folder(self.folder)
        if folder.stamps != self.stamps:
            raise DataMissing(f"the model of the eye '{self.name}' has changed in '{printable(self.folder)}'", hint)
        return folder


def install_eye(eye: InstalledEye) -> None:
    """Remember an eye on this machine; one with the same key is replaced.

    Raises:
        OutputUnwritable: The person's data folder can't be written.
    """
    with suppress(OSError):  # the write says what is wrong
        (data_folder() / FOLDER).mkdir(parents=True, exist_ok=True, mode=0o700)
    record = {"name": eye.name, "folder": os.fspath(eye.folder), "stamps": dict(eye.stamps)}
    write_atomically(_record_path(eye.key), json.dumps(record, indent=1).encode())


def installed_eye(key: str, name: str) -> InstalledEye:
    """Look up an eye on this machine.

    Args:
        key: Its key.
        name: What the person called it, for the error.

    Raises:
        DataMissing: It was never installed here.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        with _record_path(key).open("rb") as file:
            record = json.loads(file.read(MAX_FILE_BYTES))
        return InstalledEye(key, str(record["name"]), Path(record["folder"]), dict(record["stamps"]))
    shown = printable(name)
    problem = f"the eye '{shown}' is not installed on this machine"
    raise DataMissing(problem, f"install it: pochade learn --eye {_argument(shown)}, or do without it: --eye none")


def _argument(name: str) -> str:
    """What a person writes behind `--eye` for an eye of this name.

    The name may be a stranger's, and people paste such lines into a shell.
    """
    return name if name in EYES or is_model_name(name) else "FOLDER"


def load_eye(key: str, name: str) -> "EyeModel":
    """Load an installed eye; the last one stays loaded in this process.

    Args:
        key: Its key.
        name: What the person called it, for errors.

    Raises:
        DataMissing: It is not installed here, or its files are gone or have changed.
        UsageError: The libraries for eyes are not installed.
        CheckpointDamaged: It can't be loaded.
        PochadeError: There is too little memory.
    """
    return _load(key, installed_eye(key, name).check())


@lru_cache(maxsize=1)
def _load(_key: str, folder: ModelFolder) -> "EyeModel":
    from pochade.embedding.eye_model import EyeModel  # noqa: PLC0415

    return EyeModel(folder)


def _record_path(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError(key)
    return data_folder() / FOLDER / f"{key}.json"
