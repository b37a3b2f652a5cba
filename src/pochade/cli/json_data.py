"""Results of the library as data that JSON can hold."""

import dataclasses
import os
from datetime import datetime
from pathlib import Path
from typing import Any


def json_data(value: Any) -> Any:
    """Convert dataclasses, named tuples, paths and times, also inside of lists and dictionaries."""
    if dataclasses.is_dataclass(value):
        return {field.name: json_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return json_data(value._asdict())
    if isinstance(value, dict):
        return {key: json_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_data(item) for item in value]
    if isinstance(value, Path):
        return path_text(value)
    return value.isoformat() if isinstance(value, datetime) else value


def path_text(path: Path) -> str:
    """Convert a path to text; bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(path).decode(errors="replace")
