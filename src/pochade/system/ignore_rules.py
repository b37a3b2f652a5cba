"""Which names a walk passes over: folders of systems and caches, the patterns of `.pochadeignore`, and `--exclude`.

Patterns have the form of `.gitignore`. A stranger's folder may hold such a file, so the patterns are limited: with many
stars in one, matching a long name could take for ever.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pathspec import GitIgnoreSpec

from pochade.errors import UsageError

IGNORE_FILE = ".pochadeignore"
MAX_IGNORE_FILE_BYTES = 2**18
MAX_PATTERNS = 1_000  # of one file
MAX_STARS = 3  # in one part of a pattern
MAX_DOUBLE_STARS = 2  # in one pattern: `**` as a whole part
SYSTEM_FOLDERS = frozenset({  # in lower case; of Synology, QNAP, Windows, Linux, macOS, desktops and developers' tools
    "@eadir", "@tmp", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", ".@__thumb", "$recycle.bin",
    "recycler", "recycled", "system volume information", "lost+found", ".thumbnails", ".appledouble", "__macosx",
    "node_modules", "__pycache__",
})  # fmt: skip
TRASH_PREFIX = ".trash"  # `.Trash`, `.Trashes`, `.Trash-1000`
BACKUP_SUFFIX = "~"  # of the copies that Krita, GIMP and editors make before they save
PATTERN_HINT = "correct the pattern; it has the form of a line in .gitignore"


@dataclass(frozen=True)
class IgnoreRules:
    """The rules that apply in one folder. The deepest rule that says something about a path decides.

    Rules of an ignore file apply below its folder. A pattern with `!` takes up again what the system rules or a folder
    above pass over. `excluded` decides before all others.
    """

    excluded: GitIgnoreSpec | None = None
    layers: tuple[tuple[str, GitIgnoreSpec], ...] = ()  # a folder's path with its slash, and its patterns

    def extend(self, folder: str, patterns: GitIgnoreSpec) -> "IgnoreRules":
        """Return the rules for a folder that has an ignore file.

        Args:
            folder: The folder's path below the start of the walk; empty for the start itself.
            patterns: The patterns of its ignore file.
        """
        return replace(self, layers=(*self.layers, (f"{folder}/" if folder else "", patterns)))

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path is passed over.

        Args:
            path: The path below the start of the walk.
            is_folder: Whether it is a folder; some patterns name only folders.
        """
        text = f"{path}/" if is_folder else path
        if self.excluded and self.excluded.check_file(text).include:
            return True
        for folder, patterns in reversed(self.layers):
            decision = patterns.check_file(text.removeprefix(folder)).include
            if decision is not None:
                return decision
        return is_system_name(path.rpartition("/")[2], is_folder=is_folder)


def is_system_name(name: str, *, is_folder: bool) -> bool:
    """Whether a name belongs to a system's folder, such as a trash, or to a backup copy."""
    lower = name.casefold()
    return lower.endswith(BACKUP_SUFFIX) or (is_folder and (lower in SYSTEM_FOLDERS or lower.startswith(TRASH_PREFIX)))


def compile_patterns(lines: Iterable[str], origin: str) -> GitIgnoreSpec:
    """Compile patterns in the form of `.gitignore`.

    Args:
        lines: The patterns, one per line.
        origin: Where they stand, for error sentences.

    Raises:
        UsageError: A pattern is invalid, or there are too many patterns or stars.
    """
    patterns = list(lines)
    if len(patterns) > MAX_PATTERNS:
        raise UsageError(f"{origin} has more than {MAX_PATTERNS:,} lines", "name whole folders instead of files")
    for pattern in patterns:
        _check_pattern(pattern, origin)
    return GitIgnoreSpec.from_lines(patterns)


def parse_ignore_file(content: bytes, origin: str) -> GitIgnoreSpec:
    """Compile the content of an ignore file.

    Raises:
        UsageError: The file is too large, or a pattern is invalid.
    """
    if len(content) > MAX_IGNORE_FILE_BYTES:
        raise UsageError(f"{origin} is larger than {MAX_IGNORE_FILE_BYTES // 1024} KiB", "keep only its patterns")
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return compile_patterns([line.removesuffix("\r") for line in text.split("\n")], origin)


def _check_pattern(pattern: str, origin: str) -> None:
    try:
        GitIgnoreSpec.from_lines([pattern])
    except (ValueError, re.error) as error:
        raise UsageError(f"{origin} has the pattern '{pattern}', which is invalid", PATTERN_HINT) from error
    if not pattern.startswith("#") and _has_too_many_stars(pattern.split("/")):
        raise UsageError(
            f"{origin} has the pattern '{pattern}', which has too many stars",
            f"use at most {MAX_STARS} stars between two slashes, and '**' at most twice",
        )


def _has_too_many_stars(parts: Sequence[str]) -> bool:
    return parts.count("**") > MAX_DOUBLE_STARS or any(part.count("*") > MAX_STARS for part in parts)
