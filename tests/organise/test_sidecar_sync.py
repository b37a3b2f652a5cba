"""Labels travel in XMP sidecars."""

import shutil
from pathlib import Path

import pytest

from pochade import Collection
from pochade.index.picture_records import Filter
from pochade.organise.sidecars import write_sidecar_labels


@pytest.mark.slow
def test_labels_travel_in_sidecars_on_request_only(collection: Collection, art: Path, tmp_path: Path) -> None:
    collection.teach("harbours", [art / "drawing 0.png", art / "drawing 2.png"])
    assert not list(art.rglob("*.xmp"))
    assert collection.write_sidecars() == []
    assert {path.name for path in art.rglob("*.xmp")} >= {"drawing 0.png.xmp", "drawing 2.png.xmp"}
    art_copy = shutil.copytree(art, tmp_path / "copy", ignore=shutil.ignore_patterns(".pochade"))
    with Collection.open(art_copy) as copy:
        copy.learn(minutes=0)
        assert copy.labels() == {}
        assert copy.read_sidecars() == []
        assert copy.labels() == {"harbours": 2}


def test_an_invalid_label_does_not_stop_the_others(collection: Collection, art: Path) -> None:
    write_sidecar_labels(art / "drawing 0.png", ["harbours", "x" * 300], [])
    (sentence,) = collection.read_sidecars()
    assert "drawing 0.png" in sentence
    assert "xxx" in sentence
    assert collection.labels() == {"harbours": 1}
    matches = collection.find(art / "drawing 0.png", among=Filter(label=" harbours "))
    assert {match.path.name for match in matches} == {"drawing 0.png", "same file.png"}


def test_a_damaged_sidecar_is_reported_and_stops_nothing(collection: Collection, art: Path) -> None:
    (art / "drawing 2.png.xmp").write_text("<not closed")
    collection.teach("harbours", [art / "drawing 2.png", art / "drawing 4.png"])
    (sentence,) = collection.write_sidecars()
    assert "drawing 2.png.xmp" in sentence
    assert (art / "drawing 4.png.xmp").exists()
    assert (art / "drawing 2.png.xmp").read_text() == "<not closed"
