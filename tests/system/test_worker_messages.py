"""Messages of workers: what goes in comes out, and nothing but plain data does."""

import io
import json
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade.errors import PictureTooLarge
from pochade.images.base.hdr import CodePoints
from pochade.images.base.picture import Header, Preview
from pochade.learn.ingest_file import IngestResult
from pochade.system.worker_messages import MessageDamaged, read_message, write_message

HEADER = Header("PNG", 3, 2, 8, 3, False, 1)


def send(value: Any) -> Any:
    """A value as it arrives."""
    file = io.BytesIO()
    write_message(file, value)
    file.seek(0)
    return read_message(file)


def message(text: object, *buffers: bytes) -> io.BytesIO:
    """A message that no worker of ours would send."""
    content = json.dumps([text, [len(buffer) for buffer in buffers]]).encode()
    return io.BytesIO(struct.pack(">Q", len(content)) + content + b"".join(buffers))


@pytest.mark.parametrize(
    "value",
    [
        None, True, -3, 2**70, 0.1, float("inf"), "text é \ud800", b"", b"bytes", Path("a/b \udcff"),
        (1, (2,), [3, (4,)]), [], {}, {"a": [1], 2: None, (3, 4): b"5"}, HEADER,
        IngestResult("a", HEADER, notes=("b",)),
        CodePoints(9, 16),
    ],
)  # fmt: skip
def test_plain_data_and_data_classes_arrive_as_they_are(value: object) -> None:
    received = send(value)
    assert received == value
    assert type(received) is type(value)


@pytest.mark.parametrize(
    "values",
    [
        np.arange(24, dtype=np.uint16).reshape(2, 3, 4)[:, ::-1], np.zeros((0, 3), np.uint8), np.array(True),
        np.array([[1.5, np.nan]], np.float32), np.arange(3, dtype=">i8"),
    ],
)  # fmt: skip
def test_arrays_arrive_as_they_are_and_can_be_written_to(values: "np.ndarray[Any, Any]") -> None:
    received = send({"pixels": values})["pixels"]
    np.testing.assert_array_equal(received, values)
    assert (received.dtype, received.flags.writeable) == (values.dtype, True)


def test_numbers_of_numpy_arrive_as_numbers() -> None:
    assert send((np.float32(0.5), np.int64(3), np.bool_(True))) == (0.5, 3, True)


def test_errors_arrive_with_all_their_fields() -> None:
    error = send(PictureTooLarge.about("a.png", "is too large", "save a smaller copy"))
    assert isinstance(error, PictureTooLarge)
    assert error.__reduce__()[1] == ("'a.png' is too large", "save a smaller copy", "a.png", "is too large")


def test_several_messages_follow_each_other() -> None:
    file = io.BytesIO()
    for value in (Preview(HEADER, np.ones((2, 3, 3), np.uint8), ()), "second"):
        write_message(file, value)
    file.seek(0)
    assert read_message(file).header == HEADER
    assert read_message(file) == "second"
    with pytest.raises(EOFError):
        read_message(file)


@pytest.mark.parametrize("value", [object(), {1, 2}, print, np.array([object()]), np.array(["text"])])
def test_nothing_else_can_be_sent(value: object) -> None:
    with pytest.raises(TypeError):
        write_message(io.BytesIO(), value)


@pytest.mark.parametrize(
    "text",
    [
        {"object": "os:system", "arguments": ["exit 1"]},
        {"object": "subprocess:Popen", "arguments": [["false"]]},
        {"object": "pochade.system.worker_process:WorkerProcess", "arguments": [[]]},
        {"object": "pochade.system.hashing:sha256_of_path", "arguments": ["/etc/passwd"]},
        {"object": "pochade.no.such.module:Class", "arguments": []},
        {"object": "pochade.images.base.picture:Header", "arguments": [1]},
        {"array": 0, "type": "O", "shape": [1]},
        {"array": 0, "type": "u1", "shape": [99]},
        {"array": 7, "type": "u1", "shape": [0]},
        {"bytes": "x"},
        {"unknown": 1},
    ],
)
def test_a_message_builds_only_data_classes_of_this_package(text: object) -> None:
    with pytest.raises(MessageDamaged):
        read_message(message(text, b"12345678"))


def test_a_message_that_claims_too_much_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(MessageDamaged, match="a text of"):
        read_message(io.BytesIO(struct.pack(">Q", 2**60)))
    claim = json.dumps([{"bytes": 0}, [2**60]]).encode()
    with pytest.raises(MessageDamaged, match="buffers of"):
        read_message(io.BytesIO(struct.pack(">Q", len(claim)) + claim))


def test_a_pickle_is_no_message() -> None:
    with pytest.raises((MessageDamaged, EOFError)):
        read_message(io.BytesIO(pickle.dumps(print)))
