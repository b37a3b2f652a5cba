"""`pochade map`."""

from pathlib import Path

import pytest
from PIL import Image

from tests.support.command_line import RunCommand


@pytest.mark.slow
def test_the_map_is_a_picture_and_a_list_of_places(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    to = tmp_path / "map.png"
    result = pochade("-C", art, "map", "--json", "--to", to)
    assert len(result.data) == 23
    assert all(abs(spot["x"]) <= 1.01 and abs(spot["y"]) <= 1.01 for spot in result.data)
    with Image.open(to) as picture:
        assert picture.width == 2400
    assert "23 files" in result.messages
    assert pochade("-C", art, "map", "--json", "--anew", "--to", to).data == result.data
