"""The names of exported files."""

from pochade.web.render.export_rendering import PROBLEMS_NAME, unique_names


def test_equal_names_are_numbered_whatever_their_case() -> None:
    names = unique_names(["owl", "Owl", "owl (2)", "owl", PROBLEMS_NAME.removesuffix(".txt")], ".png")
    assert names == ["owl.png", "Owl (2).png", "owl (2) (2).png", "owl (3).png", "not exported.png"]
