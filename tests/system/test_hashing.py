"""SHA-256 of files."""

import hashlib
import io

from pochade.system.hashing import CHUNK_BYTES, sha256_of_file


def test_a_file_of_several_chunks_is_hashed_to_its_end() -> None:
    content = bytes(range(256)) * (CHUNK_BYTES // 128)
    assert sha256_of_file(io.BytesIO(content)) == (hashlib.sha256(content).hexdigest(), len(content))
    assert sha256_of_file(io.BytesIO()) == (hashlib.sha256().hexdigest(), 0)
