"""Models in the database: those that made the stored embeddings and sketches, and those that will replace them."""

from typing import Any

import sqlalchemy as sql

from pochade.index.database import Index
from pochade.index.schema import MODELS, RELATIONS


def model_in_use(index: Index) -> Any | None:
    """The row of the model that made the stored embeddings; None while nothing has been learnt."""
    with index.reading() as connection:
        return connection.execute(sql.select(MODELS).where(MODELS.c.in_use)).first()


def prepared_model(index: Index) -> Any | None:
    """The row of a model that still has to embed the pictures before it is used, or None."""
    with index.reading() as connection:
        return connection.execute(sql.select(MODELS).where(MODELS.c.in_use.is_(False))).first()


def prepare_model(index: Index, name: str, learnt: str, figures: dict[str, Any]) -> None:
    """Record a model to switch to once it has embedded every picture; an earlier prepared model is replaced.

    Args:
        index: The database.
        name: The model's name, made from its weights.
        learnt: When it was trained, ISO 8601 in UTC.
        figures: The figures of its training.
    """
    with index.writing() as connection:
        connection.execute(sql.delete(MODELS).where(MODELS.c.in_use.is_(False)))
        if not connection.scalar(sql.select(MODELS.c.name).where(MODELS.c.name == name)):
            row = {"name": name, "learnt": learnt, "figures": figures, "in_use": False}
            connection.execute(sql.insert(MODELS), row)


def use_model(index: Index, name: str) -> None:
    """Switch to a prepared model; delete all other models, and the relations, which depend on the embeddings."""
    with index.writing() as connection:
        connection.execute(sql.delete(MODELS).where(MODELS.c.name != name))
        connection.execute(sql.update(MODELS).values(in_use=True))
        connection.execute(sql.delete(RELATIONS))


def record_training(index: Index, figures: dict[str, Any]) -> None:
    """Record the figures of a training run whose models were rejected."""
    with index.writing() as connection:
        connection.execute(sql.update(MODELS).where(MODELS.c.in_use).values(figures=figures))
