"""Names of dropped scans."""

import pytest

from pochade.web.render.scan_store import safe_file_name


@pytest.mark.parametrize(
    ("name", "safe_name"),
    [("../../etc/passwd", "passwd"), ("a\\b.png", "b.png"), (".bashrc", "bashrc"), ("", "scan"), ("\0\n", "scan"),
     ("x" * 300 + ".png", "x" * 116 + ".png"), ("é" * 400, "é" * 120)],
)  # fmt: skip
def test_a_dropped_scan_gets_a_safe_name(name: str, safe_name: str) -> None:
    assert safe_file_name(name) == safe_name
