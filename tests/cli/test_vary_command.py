"""`pochade vary`."""

from pathlib import Path

import pytest

from tests.support.command_line import RunCommand

pytestmark = pytest.mark.usefixtures("linear_generator")


def test_variations_of_a_picture(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    options = ["-n", "3", "--strength", "10", "--seed", "1", "--to", "varied.png", "--json"]
    pictures = pochade("-C", art, "vary", art / "drawing 2.png", *options).data
    assert len(pictures) == 3
    assert (tmp_path / "varied.png").exists()
