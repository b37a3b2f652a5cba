"""Groups, labels and the map use an eye in the place of the theme model; groups are fitted again when it changes."""

from pathlib import Path

import numpy as np
import pytest

from pochade import Collection
from pochade.index.eye_store import eye_rows
from pochade.index.organisation_store import FEATURES_SETTING
from pochade.index.settings_store import read_setting
from pochade.organise.point_features import EYE_COMPONENTS, compute_features, eye_themes
from pochade.system.progress import ignore_progress
from tests.support.learnt_collection import with_subgroups


def test_themes_are_what_the_eye_made_without_what_all_pictures_have_in_common(
    collection: Collection, siglip: Path
) -> None:
    contents = collection.index.contents()
    before = compute_features(collection.models, contents, ignore_progress)
    collection.choose_eye(str(siglip))
    features = compute_features(collection.models, contents, ignore_progress)
    rows = eye_rows(collection.models, len(contents))
    assert rows is not None
    assert np.array_equal(features.themes, eye_themes(rows))
    assert np.array_equal(features.style, before.style)
    assert np.array_equal(features.embeddings, before.embeddings)
    for points in (features.for_groups, features.for_labels):
        assert np.isfinite(points).all()
    collection.choose_eye(None)
    assert np.array_equal(compute_features(collection.models, contents, ignore_progress).themes, before.themes)


@pytest.mark.parametrize(("count", "columns"), [(1, 128), (2, 128), (64, 128), (65, 64), (500, 64)])
def test_themes_have_unit_length_and_no_mean(count: int, columns: int) -> None:
    random = np.random.default_rng(count)
    rows = random.normal(size=(count, 128)).astype(np.float32) + 3
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    themes = eye_themes(rows)
    assert themes.shape == (count, columns)
    assert columns >= EYE_COMPONENTS
    if count > 1:
        assert np.linalg.norm(themes, axis=1) == pytest.approx(np.ones(count), abs=1e-4)
        assert abs(themes.mean(0)).max() < 0.75


def test_groups_are_fitted_again_when_the_eye_changes_and_edited_ones_stay(
    collection: Collection, siglip: Path
) -> None:
    groups = collection.groups()
    number = with_subgroups(groups)[0].number
    collection.rename_group(number, "mine")
    version = read_setting(collection.index, FEATURES_SETTING)
    collection.choose_eye(str(siglip))
    eye = collection.eye()
    assert eye is not None
    collection.groups()
    assert read_setting(collection.index, FEATURES_SETTING) == f"{version} {eye.key}"
    assert any(group.name == "mine" for group in with_subgroups(collection.groups()))
    collection.choose_eye(None)
    collection.groups()
    assert read_setting(collection.index, FEATURES_SETTING) == version


def test_imported_groups_stay_whatever_eye_is_chosen(collection: Collection, siglip: Path, tmp_path: Path) -> None:
    groups = collection.groups()
    collection.export_answers(tmp_path / "answers.json")
    collection.choose_eye(str(siglip))
    collection.import_answers(tmp_path / "answers.json")
    assert {group.number for group in collection.groups()} == {group.number for group in groups}


def test_suggestions_and_the_map_work_with_an_eye(collection: Collection, siglip: Path) -> None:
    collection.choose_eye(str(siglip))
    collection.teach("lines", [collection.folder / "stripes" / f"{number}.png" for number in range(5)])
    assert collection.suggest("lines", 5).likely
    assert len(collection.map()) == len(collection.pictures())
