"""Everything that an index says of its files and pictures, except numbers and rows, which depend on the order."""

from typing import Any

import sqlalchemy as sql

from pochade import Collection
from pochade.index.descriptor_store import load_descriptors
from pochade.index.label_store import labels_by_picture
from pochade.index.schema import FILES, PICTURES, TEXTS
from pochade.index.theme_store import load_techniques, load_themes

FORGOTTEN_COLUMNS = {"id", "row", "piece", "pixels", "ctime"}  # a ctime is not stored if the file was just written


def index_contents(collection: Collection) -> dict[str, Any]:
    """The files by path, and the pictures by content: columns, texts, labels, and every vector to the bit."""
    index, models = collection.index, collection.models
    contents = index.contents()
    vectors = zip(
        models.embeddings(len(contents)),
        models.sketches(len(contents)),
        load_descriptors(models, contents, lambda _: None),
        load_themes(models, contents, lambda _: None),
        strict=True,
    )
    techniques, labels = load_techniques(models, contents, lambda _: None), labels_by_picture(index)
    numbers, by_content = index.picture_numbers(), dict[str, Any]()
    for place, (content, arrays) in enumerate(zip(contents, vectors, strict=True)):
        named = [array.tobytes() for array in arrays]
        by_content[content] = [*named, techniques[place], labels.get(numbers[place], {})]
    with index.reading() as connection:
        pictures = connection.execute(sql.select(PICTURES, TEXTS).outerjoin(TEXTS)).all()
        files = connection.execute(sql.select(FILES, PICTURES.c.hash).outerjoin(PICTURES)).all()
    return {
        "vectors": by_content,
        "pictures": {row.hash: columns_of(row) for row in pictures},
        "files": {row.path: columns_of(row) for row in files},
    }


def columns_of(row: Any) -> dict[str, Any]:
    """The columns of a row that every machine writes alike."""
    return {name: value for name, value in row._mapping.items() if name not in FORGOTTEN_COLUMNS}
