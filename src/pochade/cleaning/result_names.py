"""Names of the results: each scan keeps its own name where possible, and no two results share one."""

import os
from dataclasses import dataclass
from pathlib import Path

from pochade.images.io.read import FORMATS_BY_SUFFIX
from pochade.images.io.write import OutputFormat


@dataclass(frozen=True)
class ScanFile:
    """A file to clean."""

    path: Path
    relative: Path  # its path below the folder to clean, or its name


def choose_result_names(outputs: dict[ScanFile, OutputFormat]) -> dict[ScanFile, Path]:
    """Choose the paths of the results, relative to the folder for the results.

    A scan keeps its name. If its suffix doesn't fit the format of the result, the right suffix is appended. If two
    results would share a name, both names are extended by the folders in which they differ. If they still share a name,
    all but one get a number.
    """
    names = {scan: _fit_suffix(scan.relative, output) for scan, output in outputs.items()}
    for group in _groups_with_one_name(names):
        common = os.path.commonpath([Path(os.path.normpath(scan.path.absolute())).parent for scan in group])
        for scan in group:
            from_common = Path(os.path.relpath(scan.path, common))
            longer = max(from_common, scan.relative, key=lambda name: len(name.parts))
            names[scan] = _fit_suffix(longer, outputs[scan])
    return _number_duplicates(names)


def _fit_suffix(name: Path, output: OutputFormat) -> Path:
    """Append the right suffix if the name's suffix doesn't fit; replacing it could make two names equal."""
    if output.format in FORMATS_BY_SUFFIX.get(name.suffix.lower(), ()):
        return name
    return name.with_name(name.name + output.suffix)


def _groups_with_one_name(names: dict[ScanFile, Path]) -> list[list[ScanFile]]:
    groups: dict[str, list[ScanFile]] = {}
    for scan, name in names.items():
        groups.setdefault(_fold_case(name), []).append(scan)
    return [group for group in groups.values() if len(group) > 1]


def _fold_case(name: Path) -> str:
    """Fold the case of a name, because some disks ignore it."""
    return str(name).casefold()


def _number_duplicates(names: dict[ScanFile, Path]) -> dict[ScanFile, Path]:
    """Add numbers to names that are already used; scans whose name did not change come first."""
    unique, used = dict(names), set[str]()
    for scan in sorted(names, key=lambda scan: names[scan].name != scan.path.name):
        number = 1
        while _fold_case(unique[scan]) in used:
            number += 1
            unique[scan] = names[scan].with_stem(f"{names[scan].stem}-{number}")
        used.add(_fold_case(unique[scan]))
    return unique
