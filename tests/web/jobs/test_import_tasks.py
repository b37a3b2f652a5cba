"""The import job reads what is in the collection's folder, wherever that is."""

import shutil
from pathlib import Path

from pochade import Collection
from pochade.system.progress import ignore_progress
from pochade.web.jobs.import_tasks import import_foreign_labels
from tests.support.foreign_libraries import make_eagle_library


def test_a_collection_inside_a_library_of_another_program_can_import_it(art: Path, tmp_path: Path) -> None:
    library = make_eagle_library(tmp_path / "Art.library", {art / "drawing 0.png": {"tags": ["harbour"]}})
    folder = library / "images"
    shutil.copytree(art, folder, dirs_exist_ok=True)
    task = {"sources": None, "with_parents": False}
    (source,) = import_foreign_labels(Collection.open(folder), task, ignore_progress)["sources"]
    assert (source["id"], source["labels"]) == ("eagle:..", [["harbour", 1]])
