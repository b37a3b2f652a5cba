"""Which paths a result may be written to."""

from pathlib import Path

import pytest

from pochade.errors import OutputUnwritable
from pochade.system.overwrite import check_overwrite, check_parent_folder


def test_only_our_own_files_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    check_overwrite(path, "already exists")
    path.write_bytes(b"ours")
    check_overwrite(path, "already exists", is_ours=lambda file: file.read_bytes() == b"ours")
    with pytest.raises(OutputUnwritable, match=r"sheet\.png' already exists"):
        check_overwrite(path, "already exists")
    with pytest.raises(OutputUnwritable) as caught:
        check_overwrite(path, "already exists", "choose another folder", is_ours=lambda _: False)
    assert caught.value.hint == "choose another folder"


def test_a_link_that_leads_nowhere_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(OutputUnwritable):
        check_overwrite(tmp_path / "link", "already exists")


def test_the_folder_of_a_result_must_exist(tmp_path: Path) -> None:
    check_parent_folder(tmp_path / "sheet.png")
    with pytest.raises(OutputUnwritable, match="there is no such folder"):
        check_parent_folder(tmp_path / "typo" / "sheet.png")
