"""Vectors go into the database and come back bit by bit; a database without a fitting pgvector is refused plainly."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sql
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from pochade.errors import UsageError
from pochade.index.claim_store import prepare_claims
from pochade.index.database import Index
from pochade.index.vector_rows import (
    THEME_KINDS,
    VECTORS,
    VectorBatch,
    VectorKind,
    has_vector_rows,
    insert_vectors,
    read_vectors,
)
from tests.support.indexed_pictures import index_with_pictures
from tests.support.postgres_server import PostgresServer

pytestmark = pytest.mark.slow

COUNT = 3
KINDS: tuple[VectorKind, ...] = ("embedding", "sketch", "descriptor", "theme", "technique")
finite_floats = st.floats(allow_nan=False, allow_infinity=False, width=32)


@pytest.fixture
def index(database: str, tmp_path: Path) -> Iterator[Index]:
    """An index with three pictures and the tables of a cluster."""
    with index_with_pictures(tmp_path, COUNT, database) as opened:
        prepare_claims(opened)
        yield opened


def store(index: Index, embeddings: NDArray[np.float32]) -> tuple[NDArray[Any], ...]:
    """Store vectors of all pictures, and return them."""
    sketches = np.arange(COUNT * 256).reshape(COUNT, 256).astype(np.uint8)
    descriptors = np.arange(COUNT * 4608).reshape(COUNT, 4608).astype(np.uint8)
    descriptors[1] = 0  # it could not be computed
    vectors = (embeddings, sketches, descriptors, embeddings[::-1], embeddings[:, :5])
    with index.writing() as connection:
        insert_vectors(connection, "model", index.picture_numbers(), VectorBatch(*vectors, "theme models"))
    return vectors


@given(arrays.arrays(np.float32, (COUNT, 64), elements=finite_floats))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_vectors_come_back_bit_by_bit_in_the_order_of_rows(index: Index, embeddings: NDArray[np.float32]) -> None:
    with index.writing() as connection:
        connection.execute(sql.delete(VECTORS))
    stored = store(index, embeddings)
    for kind, vectors in zip(KINDS, stored, strict=True):
        maker = "theme models" if kind in THEME_KINDS else "model"
        read = read_vectors(index, maker, kind, 0, COUNT)
        assert read is not None
        assert read.tobytes() == vectors.tobytes()
        part = read_vectors(index, maker, kind, 1, 2)
        assert part is not None
        assert part.tobytes() == vectors[1:2].tobytes()


def test_stored_vectors_stay_and_missing_ones_are_noticed(index: Index) -> None:
    first = store(index, np.ones((COUNT, 64), np.float32))[0]
    store(index, np.zeros((COUNT, 64), np.float32))
    read = read_vectors(index, "model", "embedding", 0, COUNT)
    assert read is not None
    assert read.tobytes() == first.tobytes()
    assert read_vectors(index, "other model", "embedding", 0, COUNT) is None
    assert read_vectors(index, "model", "embedding", 0, COUNT + 1) is None


def test_vectors_go_with_their_picture(index: Index) -> None:
    store(index, np.ones((COUNT, 64), np.float32))
    with index.writing() as connection:
        connection.execute(sql.text("DELETE FROM search"))
        connection.execute(sql.text("DELETE FROM pieces WHERE row = 1"))
        assert connection.scalar(sql.select(sql.func.count()).select_from(VECTORS)) == COUNT - 1


def test_an_index_that_one_machine_learnt_has_no_rows_of_vectors(database: str, tmp_path: Path) -> None:
    for index in (Index(database), Index(tmp_path / "index.sqlite")):
        assert not has_vector_rows(index)
        index.close()


@pytest.mark.parametrize(
    ("statements", "sentence", "hint"),
    [
        (
            ["ALTER DATABASE bare SET extension_control_path = '/nowhere'"],
            "the database's server has no pgvector, which a cluster needs",
            "install pgvector 0.8 or newer",
        ),
        (
            ["CREATE EXTENSION vector", "UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'"],
            "the database has pgvector 0.7.4, and a cluster needs 0.8 or newer",
            "ALTER EXTENSION vector UPDATE",
        ),
        (
            [
                "CREATE ROLE guest LOGIN",
                "GRANT CREATE, USAGE ON SCHEMA public TO guest",
                "REVOKE CREATE ON DATABASE bare FROM PUBLIC",
            ],
            "the database's user may not add pgvector to the database",
            "let an administrator",
        ),
    ],
    ids=["missing", "too old", "no right"],
)
def test_a_database_without_a_fitting_pgvector_is_refused(
    postgres: PostgresServer, statements: list[str], sentence: str, hint: str
) -> None:
    url = postgres.create_database("bare")
    postgres.execute("bare", *statements)
    if "guest" in str(statements):
        url = url.replace("postgres@", "guest@", 1)
    index = Index(url)
    try:
        with pytest.raises(UsageError) as caught:
            prepare_claims(index)
        assert caught.value.sentence == sentence
        assert hint in caught.value.hint
    finally:
        index.close()
        postgres.execute("postgres", "DROP DATABASE bare")
