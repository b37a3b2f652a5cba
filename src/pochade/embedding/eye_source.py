"""Eyes that a person can choose: models by others that see what pictures show, in the place of the theme model.

A short name stands for one model of the hub at huggingface.co, at a revision that never changes. Everything else is a
folder, or another model of the hub. Nothing is read or asked here.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from pochade.errors import UsageError
from pochade.system.path_text import printable, terminal_line

MAX_NAME_LENGTH = 200
NO_EYE = "none"  # what a person writes to return to the theme model
_MODEL_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


class EyeSource(NamedTuple):
    """Where a model is: a folder, or a model of the hub."""

    name: str  # as the person wrote it
    folder: Path | None = None
    repository: str = ""  # ORG/MODEL, for a model of the hub
    revision: str = "main"  # a branch, or 40 digits

    @property
    def title(self) -> str:
        """The name of the model, for a person."""
        return self.repository or printable(str(self.folder))


EYES = {  # docs/how-to/choose-an-eye.md compares them
    name: EyeSource(name, None, repository, commit)
    for name, repository, commit in (
        ("siglip2", "google/siglip2-base-patch16-224", "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2"),
        ("clip", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "1a25a446712ba5ee05982a381eed697ef9b435cf"),
        ("dinov2", "facebook/dinov2-base", "f9e44c814b77203eaa57a6bdbbd535f21ede1415"),
    )
}


def is_model_name(text: str) -> bool:
    """Return whether a text can be the name of a model of the hub."""
    return _MODEL_NAME.fullmatch(text) is not None and ".." not in text


def parse_eye_source(text: str) -> EyeSource:
    """Find what a person means: a short name, a folder that exists, or a model of the hub.

    Raises:
        UsageError: The text is none of these.
    """
    if text in EYES:
        return EYES[text]
    try:
        if os.path.isdir(text):  # noqa: PTH112  never raises for long names
            folder = Path(os.path.abspath(text))  # noqa: PTH100  keep symbolic links
            return EyeSource(terminal_line(printable(folder.name))[:MAX_NAME_LENGTH] or "model", folder)
    except ValueError:  # a null byte
        pass
    if is_model_name(text):
        return EyeSource(text, None, text)
    raise UsageError(
        f"'{printable(text)}' is no eye: there is no such folder, and a model of the hub is called ORG/MODEL",
        f"choose {', '.join(EYES)}, a folder, ORG/MODEL, or {NO_EYE}",
    )
