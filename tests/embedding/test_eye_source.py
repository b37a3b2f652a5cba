"""A short name, a folder or a name of the hub is an eye; nothing else is."""

from pathlib import Path

import pytest

from pochade.embedding.eye_source import EYES, EyeSource, parse_eye_source
from pochade.errors import UsageError


def test_a_short_name_stands_for_a_model_at_a_fixed_revision() -> None:
    assert parse_eye_source("siglip2") == EYES["siglip2"]
    assert {len(source.revision) for source in EYES.values()} == {40}
    assert EYES["siglip2"].title == "google/siglip2-base-patch16-224"


def test_a_folder_comes_before_a_name_of_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "org" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert parse_eye_source("org/model") == EyeSource("model", tmp_path / "org" / "model")
    assert parse_eye_source("org/other") == EyeSource("org/other", None, "org/other", "main")


def test_a_folder_is_called_by_a_name_that_can_be_shown(tmp_path: Path) -> None:
    folder = tmp_path / "my\nmodel\x1b[2J"
    folder.mkdir()
    assert parse_eye_source(str(folder)).name.isprintable()
    assert parse_eye_source("/").name == "model"


@pytest.mark.parametrize(
    "text", ["", "siglip3", "a/b/c", "../x", "a/..", "org/", "/nowhere/model", "org/mo del", "a\0/b", "x" * 5000]
)
def test_everything_else_is_an_error_that_says_what_to_write(text: str) -> None:
    with pytest.raises(UsageError, match="is no eye") as caught:
        parse_eye_source(text)
    assert "siglip2, clip, dinov2" in caught.value.hint
