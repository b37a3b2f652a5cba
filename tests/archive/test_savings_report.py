"""`compress --report` shows what was saved and lost, and replaces nothing but a report."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.archive import savings_report
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.savings_report import check_report_path, write_savings_report
from pochade.errors import OutputUnwritable, UsageError
from tests.support.command_line import run_command
from tests.support.paintings import washes
from tests.support.picture_files import encode_with_pillow

pytestmark = pytest.mark.slow

IMAGE_URL = re.compile(r'src="data:image/webp;base64,([^"]+)"')


@pytest.fixture(scope="module")
def report_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `art` with two paintings and a text with a dangerous name, its archive, and the report."""
    home = tmp_path_factory.mktemp("report")
    (home / "art").mkdir()
    for name, grain in (("calm.png", 4), ("rough.png", 30)):
        (home / "art" / name).write_bytes(encode_with_pillow(Image.fromarray(washes(48, 200, grain)), "PNG"))
    (home / "art" / "<b>&.txt").write_text("of paper and ink " * 9, encoding="utf-8")
    write_savings_report(home / "report.html", compress(home / "art", home / "a.pochade", "medium"), home / "art")
    return home


def images_on(page: Path) -> list[np.ndarray]:
    """The pictures on a page."""
    urls = IMAGE_URL.findall(page.read_text(encoding="utf-8"))
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(url)))) for url in urls]


def test_the_json_has_every_file_and_the_sums(report_home: Path) -> None:
    data = json.loads((report_home / "report.json").read_text(encoding="utf-8"))
    with open_archive(report_home / "a.pochade") as archive:
        assert data["pieces"] == [file.as_data() for file in archive]
    assert data["total"]["bytes"] == (report_home / "a.pochade").stat().st_size
    assert data["total"]["original_bytes"] == sum(path.stat().st_size for path in (report_home / "art").iterdir())


def test_the_page_loads_nothing_and_escapes_names(report_home: Path) -> None:
    page = (report_home / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;.txt" in page
    assert "<b>&" not in page
    assert not re.findall(r"https?://|<script|<link", page)


def test_before_is_the_original_and_after_the_extracted_picture(report_home: Path) -> None:
    data = json.loads((report_home / "report.json").read_text(encoding="utf-8"))
    scores = [item["score"] for item in data["pieces"] if item["score"] is not None]
    images = images_on(report_home / "report.html")
    assert len(images) == 2 * len(scores) > 0
    originals = [washes(48, 200, grain) for grain in (4, 30)]
    for before, after in zip(images[::2], images[1::2], strict=True):
        assert before.shape == after.shape == (48, savings_report.CROP_SIDE_PIXELS, 3)
        assert any((before == item[:, left : left + 160]).all() for item in originals for left in range(41))
        assert not np.array_equal(before, after)


def test_many_files_make_no_large_page(report_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(savings_report, "MAX_COMPARISONS", 1)
    monkeypatch.setattr(savings_report, "MAX_LISTED_FILES", 2)
    write_savings_report(
        tmp_path / "few.html", compress(report_home / "art", report_home / "a.pochade", "medium"), report_home / "art"
    )
    assert len(images_on(tmp_path / "few.html")) == 2
    assert "1 more are in few.json" in (tmp_path / "few.html").read_text(encoding="utf-8")
    assert len(json.loads((tmp_path / "few.json").read_text(encoding="utf-8"))["pieces"]) == 3


def test_a_changed_original_is_not_compared(report_home: Path, tmp_path: Path) -> None:
    report = compress(report_home / "art", report_home / "a.pochade", "medium")
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "calm.png").write_bytes(b"another")
    write_savings_report(tmp_path / "r.html", report, tmp_path / "art")
    assert images_on(tmp_path / "r.html") == []


def test_only_a_report_is_replaced(report_home: Path, tmp_path: Path) -> None:
    check_report_path(report_home / "report.html")
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    with pytest.raises(OutputUnwritable, match=r"mine\.json' already exists"):
        check_report_path(tmp_path / "mine.html")
    with pytest.raises(UsageError, match="a report is an HTML file"):
        check_report_path(tmp_path / "cat.png")


def test_the_command_writes_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "notes.txt").write_text("of paper and ink " * 9, encoding="utf-8")
    page = tmp_path / "r.html"
    assert (
        run_command(
            ["compress", str(tmp_path / "art"), "--to", str(tmp_path / "a.pochade"), "--report", str(page)], monkeypatch
        )
        == 0
    )
    assert "Nothing was lost: every file comes back" in page.read_text(encoding="utf-8")


def test_the_report_shows_previews_enlarged(preview_folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    report = compress(preview_folder_and_archive[0], preview_folder_and_archive[1], "preview")
    write_savings_report(tmp_path / "report.html", report, preview_folder_and_archive[0])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/webp") >= 2 * 2  # of the painting and the layers, before and after
