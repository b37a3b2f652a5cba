"""`compress --report` says what was saved and lost, shows the worst of it, and replaces nothing but itself."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.archive import savings_report
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.savings_report import check_report, write_report
from pochade.errors import OutputUnwritable, UsageError
from pochade.images.geometry.salient_crop import busiest
from tests.cli.test_study import run
from tests.images.codecs.test_golden_lossless import washes
from tests.support.picture_files import saved

IMAGE = re.compile(r'src="data:image/webp;base64,([^"]+)"')


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `art` with two paintings and a text with a dangerous name, its archive, and the report."""
    home = tmp_path_factory.mktemp("told")
    (home / "art").mkdir()
    for name, grain in (("calm.png", 4), ("rough.png", 30)):
        (home / "art" / name).write_bytes(saved(Image.fromarray(washes(48, 200, grain)), "PNG"))
    (home / "art" / "<b>&.txt").write_text("of paper and ink " * 9, encoding="utf-8")
    write_report(home / "said.html", compress(home / "art", home / "a.pochade", "medium"), home / "art")
    return home


def shown_in(page: Path) -> list[np.ndarray]:
    """The pictures on a page."""
    found = IMAGE.findall(page.read_text(encoding="utf-8"))
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one)))) for one in found]


def test_the_json_has_every_piece_and_the_sums(told: Path) -> None:
    said = json.loads((told / "said.json").read_text(encoding="utf-8"))
    with open_archive(told / "a.pochade") as archive:
        assert said["pieces"] == [piece.as_data() for piece in archive]
    assert said["total"]["bytes"] == (told / "a.pochade").stat().st_size
    assert said["total"]["original_bytes"] == sum(path.stat().st_size for path in (told / "art").iterdir())


def test_the_page_needs_nothing_else_and_no_name_gets_into_it_as_html(told: Path) -> None:
    page = (told / "said.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;.txt" in page
    assert "<b>&" not in page
    assert not re.findall(r"https?://|<script|<link", page)


def test_before_is_the_original_and_after_what_comes_back(told: Path) -> None:
    said = json.loads((told / "said.json").read_text(encoding="utf-8"))
    scores = [one["score"] for one in said["pieces"] if one["score"] is not None]
    shown = shown_in(told / "said.html")
    assert len(shown) == 2 * len(scores) > 0
    whole = [washes(48, 200, grain) for grain in (4, 30)]
    for before, after in zip(shown[::2], shown[1::2], strict=True):
        assert before.shape == after.shape == (48, savings_report.SIDE, 3)
        assert any((before == one[:, left : left + 160]).all() for one in whole for left in range(41))
        assert not np.array_equal(before, after)


def test_many_pieces_make_no_large_page(told: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(savings_report, "SHOWN", 1)
    monkeypatch.setattr(savings_report, "LISTED", 2)
    write_report(tmp_path / "few.html", compress(told / "art", told / "a.pochade", "medium"), told / "art")
    assert len(shown_in(tmp_path / "few.html")) == 2
    assert "1 more are in few.json" in (tmp_path / "few.html").read_text(encoding="utf-8")
    assert len(json.loads((tmp_path / "few.json").read_text(encoding="utf-8"))["pieces"]) == 3


def test_what_is_no_longer_as_it_was_is_not_shown(told: Path, tmp_path: Path) -> None:
    report = compress(told / "art", told / "a.pochade", "medium")
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "calm.png").write_bytes(b"another")
    write_report(tmp_path / "r.html", report, tmp_path / "art")
    assert shown_in(tmp_path / "r.html") == []


def test_only_a_report_is_replaced(told: Path, tmp_path: Path) -> None:
    check_report(told / "said.html")
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    with pytest.raises(OutputUnwritable, match=r"mine\.json' is there"):
        check_report(tmp_path / "mine.html")
    with pytest.raises(UsageError, match="a report is HTML"):
        check_report(tmp_path / "cat.png")


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "notes.txt").write_text("of paper and ink " * 9, encoding="utf-8")
    page = tmp_path / "r.html"
    assert (
        run(
            ["compress", str(tmp_path / "art"), "--to", str(tmp_path / "a.pochade"), "--report", str(page)], monkeypatch
        )
        == 0
    )
    assert "Nothing: every file comes back" in page.read_text(encoding="utf-8")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 20), st.data())
def test_the_busiest_part_has_what_there_is(height: int, width: int, side: int, data: st.DataObject) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    y, x = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    pixels[y, x] = 255
    rows, columns = busiest(pixels, side)
    assert pixels[rows, columns].shape == (min(side, height), min(side, width), 3)
    if side > 1 and min(height, width) > 1:
        assert pixels[rows, columns].any()
