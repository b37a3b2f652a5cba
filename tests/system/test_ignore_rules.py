"""Which names a walk passes over, by the rules for systems' folders and by patterns."""

import pytest

from pochade.errors import UsageError
from pochade.system.ignore_rules import (
    MAX_IGNORE_FILE_BYTES,
    MAX_PATTERNS,
    IgnoreRules,
    compile_patterns,
    is_system_name,
    parse_ignore_file,
)


@pytest.mark.parametrize(
    "name",
    [
        "@eaDir", "#recycle", "$RECYCLE.BIN", "$Recycle.Bin", ".Trash-1000", ".Trashes", "System Volume Information",
        "lost+found", "node_modules", "@Recycle", ".@__thumb", "__MACOSX",
    ],
)  # fmt: skip
def test_folders_of_systems_are_passed_over_in_any_case(name: str) -> None:
    assert is_system_name(name, is_folder=True)
    assert is_system_name(name.upper(), is_folder=True)


@pytest.mark.parametrize(("name", "is_backup"), [("pic.kra~", True), ("~pic.kra", False), ("recycle.png", False)])
def test_backup_copies_are_passed_over(name: str, is_backup: bool) -> None:
    assert is_system_name(name, is_folder=False) is is_backup


def test_a_file_with_the_name_of_a_systems_folder_is_no_folder() -> None:
    assert not is_system_name("node_modules", is_folder=False)


def test_the_deepest_rule_decides() -> None:
    rules = IgnoreRules(layers=(("", compile_patterns(["*.psd", "drafts/"], "top")),))
    below = rules.extend("old", compile_patterns(["!keep.psd", "/exact.png"], "below"))
    assert below.ignores("old/other.psd", is_folder=False)
    assert not below.ignores("old/keep.psd", is_folder=False)
    assert below.ignores("old/exact.png", is_folder=False)
    assert not below.ignores("old/deeper/exact.png", is_folder=False)
    assert below.ignores("old/drafts", is_folder=True)
    assert not below.ignores("old/drafts", is_folder=False)


def test_a_pattern_can_take_a_systems_folder_up_again_and_exclude_decides_before_all() -> None:
    patterns = compile_patterns(["!node_modules/"], "top")
    assert not IgnoreRules().extend("", patterns).ignores("node_modules", is_folder=True)
    excluding = IgnoreRules(compile_patterns(["node_modules"], "--exclude"))
    assert excluding.extend("", patterns).ignores("node_modules", is_folder=True)


def test_an_ignore_file_may_have_comments_windows_line_ends_and_names_that_are_no_utf8() -> None:
    patterns = parse_ignore_file(b"\xef\xbb\xbf# sketches\r\n*.tmp.png\r\n\r\ncaf\xe9.png\r\n", "the file")
    assert patterns.check_file("a.tmp.png").include
    assert patterns.check_file("caf\udce9.png").include
    assert patterns.check_file("sketches").include is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[z-a]", "invalid"),
        (b"ok.png\n!\n", "invalid"),
        (b"a*a*a*a*a*b", "too many stars"),
        (b"**/a/**/a/**/a", "too many stars"),
        (b"x\n" * MAX_PATTERNS, "more than 1,000 lines"),
        (b"x" * (MAX_IGNORE_FILE_BYTES + 1), "is larger"),
    ],
)
def test_a_strangers_patterns_are_bounded(content: bytes, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_ignore_file(content, "the file")


def test_the_slowest_pattern_that_is_allowed_ends_soon_on_a_long_name() -> None:
    patterns = parse_ignore_file(b"a*a*a*b", "the file")
    assert patterns.check_file("a" * 255).include is None
