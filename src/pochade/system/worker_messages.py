"""What a worker process sends back: plain data in JSON and raw bytes, never a pickle, which could run code.

A worker decodes files from strangers. If such a file takes it over, its results must not take over the parent as well:
reading a message only builds numbers, texts, bytes, arrays, containers, and data classes and errors of this package
whose modules are loaded already.

    message = length of the JSON (8 bytes) | JSON: [value, sizes of the buffers] | buffers
"""

import dataclasses
import json
import struct
import sys
from pathlib import Path, PurePath
from typing import IO, Any

import numpy as np

from pochade.errors import PochadeError

MAX_TEXT_BYTES = 2**28  # of the JSON
MAX_BUFFER_BYTES = 2**32  # of all buffers together: more than a worker may have in memory
PACKAGE = __name__.split(".", maxsplit=1)[0]
PLAIN_KINDS = "biuf"  # kinds of numpy types: truth values, integers, unsigned integers, floats
_LENGTH = struct.Struct(">Q")

Buffer = bytes | memoryview


class MessageDamaged(Exception):
    """A worker sent something that is not a message."""


def write_message(file: IO[bytes], value: Any) -> None:
    """Write a value: None, a number, text, bytes, an array, a path, or a container, data class or error with such.

    Raises:
        TypeError: The value, or a value inside it, is of another type.
    """
    buffers: list[Buffer] = []
    text = json.dumps([_to_json(value, buffers), [len(buffer) for buffer in buffers]]).encode()
    file.write(_LENGTH.pack(len(text)) + text)
    for buffer in buffers:
        file.write(buffer)
    file.flush()


def read_message(file: IO[bytes]) -> Any:
    """Read the next value.

    Raises:
        EOFError: The file ends before the end of the message.
        MessageDamaged: The bytes are no message.
    """
    (length,) = _LENGTH.unpack(_read_exactly(file, _LENGTH.size))
    if length > MAX_TEXT_BYTES:
        raise MessageDamaged(f"a text of {length:,} bytes")
    text = _read_exactly(file, length)
    try:
        value, sizes = json.loads(bytes(text))
        if sum(sizes) > MAX_BUFFER_BYTES or min(sizes, default=0) < 0:
            raise MessageDamaged(f"buffers of {sum(sizes):,} bytes")
        return _from_json(value, [_read_exactly(file, size) for size in sizes])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise MessageDamaged(f"{type(error).__name__}: {error}") from error


def _read_exactly(file: IO[bytes], count: int) -> bytearray:
    content = bytearray(count)
    view, done = memoryview(content), 0
    while done < count:
        received = file.readinto(view[done:])  # type: ignore[attr-defined]  # pipes have it
        if not received:
            raise EOFError
        done += received
    return content


def _to_json(value: Any, buffers: list[Buffer]) -> Any:
    """Convert a value to what JSON can hold; bytes and arrays go to the list of buffers."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        buffers.append(value)
        return {"bytes": len(buffers) - 1}
    if isinstance(value, np.ndarray):
        return _array_to_json(value, buffers)
    if isinstance(value, PurePath):
        return {"path": str(value)}
    return _container_to_json(value, buffers)


def _array_to_json(value: "np.ndarray[Any, np.dtype[Any]]", buffers: list[Buffer]) -> dict[str, Any]:
    if value.dtype.kind not in PLAIN_KINDS:
        raise TypeError(f"an array of {value.dtype}")
    buffers.append(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
    return {"array": len(buffers) - 1, "type": value.dtype.str, "shape": value.shape}


def _container_to_json(value: Any, buffers: list[Buffer]) -> Any:
    """Convert a list, tuple, dict, data class or error."""
    if isinstance(value, list):
        return [_to_json(item, buffers) for item in value]
    if isinstance(value, dict):
        return {"dict": [[_to_json(key, buffers), _to_json(item, buffers)] for key, item in value.items()]}
    if type(value) is tuple:
        return {"tuple": [_to_json(item, buffers) for item in value]}
    arguments = _arguments(value)
    name = f"{type(value).__module__}:{type(value).__qualname__}"
    return {"object": name, "arguments": [_to_json(item, buffers) for item in arguments]}


def _arguments(value: Any) -> list[Any]:
    """Return the values from which an object is built again.

    Raises:
        TypeError: The object is neither a data class, nor a named tuple, nor an error of this package.
    """
    if isinstance(value, PochadeError):
        return [value.sentence, value.hint, value.subject, value.reason]
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name) for field in dataclasses.fields(value) if field.init]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return list(value)
    raise TypeError(f"a worker can't send a {type(value).__name__}")


def _from_json(value: Any, buffers: list[bytearray]) -> Any:
    """Build the value that `_to_json` converted."""
    if isinstance(value, list):
        return [_from_json(item, buffers) for item in value]
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes(buffers[value["bytes"]])
    if "array" in value:
        return _array_from_json(value, buffers[value["array"]])
    return _container_from_json(value, buffers)


def _container_from_json(value: dict[str, Any], buffers: list[bytearray]) -> Any:
    if "path" in value:
        return Path(value["path"])
    if "dict" in value:
        return {_from_json(key, buffers): _from_json(item, buffers) for key, item in value["dict"]}
    if "tuple" in value:
        return tuple(_from_json(item, buffers) for item in value["tuple"])
    return _data_class(value["object"])(*[_from_json(item, buffers) for item in value["arguments"]])


def _array_from_json(value: dict[str, Any], buffer: bytearray) -> "np.ndarray[Any, np.dtype[Any]]":
    dtype = np.dtype(str(value["type"]))
    if dtype.kind not in PLAIN_KINDS:
        raise MessageDamaged(f"an array of {dtype}")
    return np.frombuffer(buffer, dtype).reshape([int(side) for side in value["shape"]])


def _data_class(name: str) -> type[Any]:
    """Return the class with a name such as `pochade.images.base.picture:Header`.

    Raises:
        MessageDamaged: It is no data class, named tuple or error of this package, or its module is not loaded.
    """
    module, _, path = name.partition(":")
    loaded = sys.modules.get(module) if module.split(".")[0] == PACKAGE else None
    value = getattr(loaded, path, None)
    if isinstance(value, type) and (
        dataclasses.is_dataclass(value) or issubclass(value, PochadeError) or hasattr(value, "_fields")
    ):
        return value
    raise MessageDamaged(f"an object of the class {name[:200]!r}")
