"""The vectors of pictures as rows of a Postgres database, which many machines write at the same time.

`vectors`   (picture, model)   the embedding and the sketch that the model made, and the picture's descriptor and theme

The first run of `learn` on a cluster creates the table, and from then on its rows are the truth. The vector files are a
copy of them, for searches: `vector_snapshot.py` extends it. Embeddings have the type `vector(64)` of the extension
pgvector, which stores 32-bit floats and gives them back bit by bit.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import UserDefinedType

from pochade.errors import UsageError
from pochade.images.features.technique import TECHNIQUES
from pochade.index.database import Index
from pochade.index.descriptor_schema import DESCRIPTOR_BYTES, DESCRIPTOR_VERSION
from pochade.index.schema import PICTURES

EMBEDDING_SIZE, SKETCH_BYTES = 64, 256
OLDEST_PGVECTOR = (0, 8)  # older ones filter after an approximate search, and return too few rows
VECTOR_HEADER_BYTES = 4  # of pgvector's binary form: the number of dimensions, and two bytes without a meaning
INSTALL_HINT = (
    "install pgvector 0.8 or newer on the database's server, then run in this database: CREATE EXTENSION vector"
)
VectorKind = Literal["embedding", "sketch", "descriptor", "theme", "technique"]
THEME_KINDS: tuple[VectorKind, ...] = ("theme", "technique")


class VectorForm(NamedTuple):
    """The type and the number of a vector's components."""

    dtype: str
    columns: int


FORMS: dict[VectorKind, VectorForm] = {
    "embedding": VectorForm("<f4", EMBEDDING_SIZE),
    "sketch": VectorForm("|u1", SKETCH_BYTES),
    "descriptor": VectorForm("|u1", DESCRIPTOR_BYTES),
    "theme": VectorForm("<f4", EMBEDDING_SIZE),
    "technique": VectorForm("<f4", len(TECHNIQUES)),
}


class VectorBatch(NamedTuple):
    """The vectors of n pictures."""

    embeddings: NDArray[np.float32]  # (n, 64)
    sketches: NDArray[np.uint8]  # (n, 256)
    descriptors: NDArray[np.uint8]  # (n, 4608); zeros where there is none
    themes: NDArray[np.float32] | None = None  # (n, 64)
    techniques: NDArray[np.float32] | None = None  # probabilities (n, 5); zeros where there is none
    theme_model: str = ""  # the name of the models that made themes and techniques


class VectorType(UserDefinedType[str]):
    """The type of embeddings in pgvector, written as text: `[0.5,-0.25,…]`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type in SQL."""
        return f"VECTOR({EMBEDDING_SIZE})"


CLUSTER_TABLES = sql.MetaData()  # not created for indexes that one machine learns
VECTORS = sql.Table(
    "vectors",
    CLUSTER_TABLES,
    sql.Column("piece", sql.ForeignKey(PICTURES.c.id, ondelete="CASCADE"), primary_key=True),
    sql.Column("net", sql.String(64), primary_key=True),  # the name of the model
    sql.Column("embedding", VectorType, nullable=False),
    sql.Column("sketch", sql.LargeBinary, nullable=False),
    sql.Column("descriptor", sql.LargeBinary, nullable=True),  # None if it could not be computed
    sql.Column("descriptor_version", sql.Integer, nullable=False),
    sql.Column("theme", sql.LargeBinary, nullable=True),  # None if one machine learnt the picture: it is in the files
    sql.Column("technique", sql.LargeBinary, nullable=True),
    sql.Column("theme_net", sql.String(64), nullable=False),  # the name of the models of themes and techniques
)


def prepare_vector_rows(connection: sql.Connection) -> None:
    """Create the table of vectors if it is missing.

    Raises:
        UsageError: The database has no pgvector, one that is too old, or its user may not add it.
    """
    version = _pgvector_version(connection)
    if version is None:
        _add_pgvector(connection)
        version = _pgvector_version(connection) or ""
    if tuple(int(part) for part in version.split(".")[:2] if part.isdecimal()) < OLDEST_PGVECTOR:
        raise UsageError(
            f"the database has pgvector {version}, and a cluster needs 0.8 or newer",
            "install a newer one on the database's server, then run in this database: ALTER EXTENSION vector UPDATE",
        )
    VECTORS.create(connection, checkfirst=True)


def _pgvector_version(connection: sql.Connection) -> str | None:
    return connection.scalar(sql.text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))


def _add_pgvector(connection: sql.Connection) -> None:
    if not connection.scalar(sql.text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")):
        raise UsageError("the database's server has no pgvector, which a cluster needs", INSTALL_HINT)
    try:
        connection.execute(sql.text("CREATE EXTENSION vector"))
    except DBAPIError as error:
        raise UsageError(
            "the database's user may not add pgvector to the database",
            "let an administrator of the server run in this database: CREATE EXTENSION vector",
        ) from error


def has_vector_rows(index: Index) -> bool:
    """Whether an index has the table of vectors: machines of a cluster have learnt it."""
    return index.engine.dialect.name == "postgresql" and sql.inspect(index.engine).has_table(VECTORS.name)


def insert_vectors(connection: sql.Connection, model: str, numbers: Sequence[int], batch: VectorBatch) -> None:
    """Store the vectors of pictures; those that are stored already stay.

    Args:
        connection: A transaction.
        model: The name of the model that made the embeddings and sketches.
        numbers: The numbers of n pictures.
        batch: Their vectors.
    """
    rows = [
        {
            "piece": number,
            "net": model,
            "embedding": _vector_text(batch.embeddings[place]),
            "sketch": batch.sketches[place].tobytes(),
            "descriptor": batch.descriptors[place].tobytes() if batch.descriptors[place].any() else None,
            "descriptor_version": DESCRIPTOR_VERSION,
            "theme": None if batch.themes is None else batch.themes[place].tobytes(),
            "technique": None if batch.techniques is None else batch.techniques[place].tobytes(),
            "theme_net": batch.theme_model,
        }
        for place, number in enumerate(numbers)
    ]
    if rows:
        marks = ", ".join(f"CAST(:{name} AS VECTOR)" if name == "embedding" else f":{name}" for name in rows[0])
        insert = f"INSERT INTO {VECTORS.name} ({', '.join(rows[0])}) VALUES ({marks}) ON CONFLICT DO NOTHING"
        connection.execute(sql.text(insert), rows)


def _vector_text(embedding: NDArray[np.float32]) -> str:
    """An embedding as pgvector reads it; every digit counts, so that the same bits come back."""
    return f"[{','.join(map(repr, embedding.tolist()))}]"


def read_vectors(index: Index, model: str, kind: VectorKind, start: int, stop: int) -> NDArray[Any] | None:
    """Read vectors in the order of the rows of the vector files.

    Args:
        index: The database, with the table of vectors.
        model: The name of the model that made them; for descriptors, of that in use.
        kind: Which vectors.
        start: The first row.
        stop: The row after the last one.

    Returns:
        float32 or uint8 (stop - start, columns); a missing descriptor is zeros. None if the vectors of a picture are
        not stored.
    """
    stored: Any = VECTORS.c[kind]
    if kind == "embedding":
        stored = sql.func.vector_send(stored, type_=sql.LargeBinary)
    elif kind == "descriptor":
        stored = sql.case((VECTORS.c.descriptor_version == DESCRIPTOR_VERSION, stored))
    query = sql.select(stored).select_from(PICTURES).join(VECTORS, VECTORS.c.piece == PICTURES.c.id)
    maker = VECTORS.c.theme_net if kind in THEME_KINDS else VECTORS.c.net
    query = query.where(maker == model, PICTURES.c.row >= start, PICTURES.c.row < stop)
    with index.reading() as connection:
        contents = list(connection.scalars(query.order_by(PICTURES.c.row)))
    is_complete = len(contents) == stop - start and (kind == "descriptor" or None not in contents)
    return _stack(kind, contents) if is_complete else None


def _stack(kind: VectorKind, contents: Sequence[bytes | None]) -> NDArray[Any]:
    form = FORMS[kind]
    if kind == "embedding":
        joined = b"".join((content or b"")[VECTOR_HEADER_BYTES:] for content in contents)
        return np.frombuffer(joined, ">f4").reshape(-1, form.columns).astype(form.dtype)
    missing = bytes(form.columns * np.dtype(form.dtype).itemsize)
    joined = b"".join(content or missing for content in contents)
    return np.frombuffer(joined, form.dtype).reshape(-1, form.columns)


def count_vectors(connection: sql.Connection, model: str) -> int:
    """The number of pictures whose vectors of a model are stored."""
    query = sql.select(sql.func.count()).select_from(VECTORS).where(VECTORS.c.net == model)
    return connection.scalar(query) or 0


def rows_without_vectors(connection: sql.Connection, model: str) -> list[tuple[int, int]]:
    """The row and the number of every picture whose vectors of a model are not stored, by row."""
    is_stored = sql.exists().where(VECTORS.c.piece == PICTURES.c.id, VECTORS.c.net == model)
    query = sql.select(PICTURES.c.row, PICTURES.c.id).where(~is_stored).order_by(PICTURES.c.row)
    return [(row, number) for row, number in connection.execute(query)]


def delete_other_vectors(connection: sql.Connection, model: str) -> None:
    """Delete the vectors that other models made."""
    connection.execute(sql.delete(VECTORS).where(VECTORS.c.net != model))
