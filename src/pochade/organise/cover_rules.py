"""Choose the cover of a family: the file to show, and the one to keep."""

from collections.abc import Callable, Sequence

from pochade.errors import UsageError
from pochade.images.io.complete_file import DAMAGE_NOTES
from pochade.index.picture_records import PictureFile

LAYERED_FORMATS = ("PSD", "PSB", "KRA", "KRZ", "ORA", "CLIP", "PROCREATE", "XCF")
LOSSLESS_FORMATS = ("PNG", "APNG", "TIFF", "BMP")
GREYS = ("black", "grey", "white")  # colour names of pictures without colour
SIZE_TOLERANCE = 1.05  # ratio of pixel counts up to which two files count as equally large


def check_cover_rule(rule: str | None) -> str | None:
    """Check that a rule exists, and return it; None stands for no rule.

    Raises:
        UsageError: There is no such rule.
    """
    if rule is not None and rule not in COVER_RULES:
        raise UsageError(f"'{rule}' is not a rule for covers", f"choose from {', '.join(COVER_RULES)}")
    return rule


def choose_cover(files: Sequence[PictureFile], rule: str | None = None) -> tuple[PictureFile, str]:
    """Choose the cover of a family, and say why.

    Rules narrow down the files: the largest ones, those with layers, those in colour, those that lost least, and the
    latest. A symbolic link is chosen only if all files are symbolic links, and a damaged file only if all are damaged.

    Args:
        files: The files of the family.
        rule: The rule to apply first; a key of `COVER_RULES`.

    Returns:
        The cover, and the reasons.
    """
    whole = [file for file in files if DAMAGE_NOTES.isdisjoint(file.notes)] or list(files)
    candidates = [file for file in whole if not file.path.is_symlink()] or whole
    reasons = ["undamaged"] if len(whole) < len(files) else []
    for name in sorted(REASONS, key=lambda name: name != rule):
        winners = _RULES[name](candidates)
        if len(winners) < len(candidates):
            reasons.append(REASONS[name])
        candidates = winners
    best = min(candidates, key=lambda file: (len(str(file.path)), file.path))
    return best, ", ".join(reasons) or "all are alike"


def _largest(files: Sequence[PictureFile]) -> list[PictureFile]:
    most_pixels = max(file.width * file.height for file in files)
    return [file for file in files if file.width * file.height * SIZE_TOLERANCE >= most_pixels]


def _with_layers(files: Sequence[PictureFile]) -> list[PictureFile]:
    return [file for file in files if file.format in LAYERED_FORMATS] or list(files)


def _in_colour(files: Sequence[PictureFile]) -> list[PictureFile]:
    return [file for file in files if file.colour not in GREYS] or list(files)


def loses_something(file: PictureFile, staying: PictureFile) -> bool:
    """Whether something is lost if a file goes and another file of the same picture stays.

    Layers, transparency, depth, frames, pixels, or that nothing was lost yet when it was encoded.
    """
    return (
        file.width * file.height > staying.width * staying.height * SIZE_TOLERANCE
        or file.frames > staying.frames
        or any(more > less for more, less in zip(_completeness(file), _completeness(staying), strict=True))
    )


def _completeness(file: PictureFile) -> tuple[bool, bool, int, bool]:
    """Layers, transparency, depth, and pixels as they were."""
    has_layers = file.format in LAYERED_FORMATS
    return has_layers, file.has_alpha, file.depth, has_layers or file.format in LOSSLESS_FORMATS


def _complete(files: Sequence[PictureFile]) -> list[PictureFile]:
    best = max(map(_completeness, files))
    return [file for file in files if _completeness(file) == best]


def _latest(files: Sequence[PictureFile]) -> list[PictureFile]:
    last_change = max(file.modified for file in files)
    return [file for file in files if file.modified == last_change]


COVER_RULES: dict[str, Callable[[Sequence[PictureFile]], list[PictureFile]]] = {
    "largest": _largest, "layered": _with_layers, "coloured": _in_colour, "latest": _latest,
}  # fmt: skip
REASONS = {
    "largest": "the largest", "layered": "keeps its layers", "coloured": "in colour", "complete": "lost least",
    "latest": "the latest",
}  # fmt: skip
_RULES = COVER_RULES | {"complete": _complete}
