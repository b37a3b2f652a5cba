"""The last import of labels from other programs: what it added, and undo. A job of the kind `import` imports."""

from fastapi import APIRouter
from pydantic import BaseModel

from pochade.web.app_state import StateDependency
from pochade.web.state.label_counts import count_labels

routes = APIRouter(tags=["labels"])


class LastImportOut(BaseModel):
    """An import that can be undone."""

    when: str  # ISO 8601, UTC
    sources: list[str]  # names of folders
    labels: int  # how many different ones
    added: int  # how often a picture got one


@routes.get("/labels/import")
def get_last_import(state: StateDependency) -> LastImportOut | None:
    """Return the import that can be undone; null if there is none."""
    last = state.collection.last_import()
    if last is None:
        return None
    return LastImportOut(when=last.when, sources=list(last.sources), labels=len(last.added), added=last.pair_count)


@routes.post("/labels/import/undo")
def undo_last_import(state: StateDependency) -> dict[str, int]:
    """Take back the labels that the last import added; return the number of pictures with each label."""
    with state.snapshots.keep_snapshot():
        state.collection.undo_import()
    return count_labels(state.collection, state.snapshot())
