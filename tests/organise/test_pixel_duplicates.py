"""Only pictures with the same pixels count as exact duplicates."""

from pathlib import Path

from pochade import Collection
from tests.support.drawings import drawing
from tests.support.learnt_collection import families_of_drawings, kinds_by_name


def test_an_animation_is_no_exact_duplicate_of_its_first_frame(collection: Collection, art: Path) -> None:
    frames = [drawing(6), drawing(7)]
    frames[0].save(art / "moving.png", save_all=True, append_images=frames[1:])
    collection.learn(minutes=0)
    kinds = {name: kind for family in families_of_drawings(collection) for name, kind in kinds_by_name(family).items()}
    covers = {family.cover.name for family in families_of_drawings(collection)}
    assert {"moving.png", "drawing 6.png"} & covers
    assert kinds.get("moving.png", kinds.get("drawing 6.png")) == "near"
