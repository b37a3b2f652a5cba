"""Store by which technique every picture was made, so that it can be searched for."""

from pochade.index.library import Library
from pochade.index.text_store import store_techniques, techniques_by_row
from pochade.index.theme_store import load_techniques
from pochade.system.progress import Report


def name_techniques(library: Library, report: Report) -> None:
    """Compute themes and techniques that are missing, and store the techniques that are not stored yet or have changed.

    Args:
        library: The collection.
        report: Called with the progress.
    """
    index = library.index
    current = load_techniques(library.models, index.contents(), report)
    stored = techniques_by_row(index)
    store_techniques(index, {
        known.number: current[row] for row, known in stored.items() if known.technique != current[row]
    })  # fmt: skip
