"""Errors and their exit codes."""

import sys

import pytest

from pochade import errors
from pochade.errors import PochadeError, install_hint


def subclasses(error: type[PochadeError]) -> list[type[PochadeError]]:
    """A class of errors and all classes below it."""
    return [error, *(below for child in error.__subclasses__() for below in subclasses(child))]


def test_every_error_is_in_the_overview_with_its_exit_code() -> None:
    overview = errors.__doc__ or ""
    for error in subclasses(PochadeError):
        lines = [line for line in overview.splitlines() if error.__name__ in line]
        assert len(lines) == 1, error
        assert f" {error.exit_code} " in lines[0]


def test_an_exit_code_is_shared_only_by_a_class_and_its_subclasses() -> None:
    codes = [error.exit_code for error in subclasses(PochadeError) if "exit_code" in vars(error)]
    assert len(set(codes)) == len(codes)


def test_an_extra_is_installed_for_the_running_python_but_not_into_the_application(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert install_hint("video") == f"'{sys.executable}' -m pip install 'pochade[video]'"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert install_hint("video").startswith("pip install 'pochade[video]', ")
