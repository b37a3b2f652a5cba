"""What `imagine`, `vary` and `morph` share: where new pictures go, and what is printed about them."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pochade.cli.json_data import path_text
from pochade.cli.messages import count_of, print_json, print_message
from pochade.errors import UsageError

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.create.novelty import Created

RANDOM_SEEDS = 10**6  # to choose from if none is given: few enough digits to be typed again


def choose_seed(seed: int | None) -> int:
    """Return the given seed, or a random one."""
    return secrets.randbelow(RANDOM_SEEDS) if seed is None else seed


def check_target(to: Path) -> None:
    """Check before any work that the target is a new PNG or a folder.

    Raises:
        UsageError: It is neither.
        OutputUnwritable: The PNG exists already, or its folder does not exist.
    """
    from pochade.create.created_files import SHEET_SUFFIX, check_new_file

    if to.suffix.lower() == SHEET_SUFFIX:
        check_new_file(to)
    elif to.suffix and not os.path.isdir(to):  # noqa: PTH112  never raises
        raise UsageError(f"'{to}' is neither a folder nor a PNG", "let its name end in .png")


def write_pictures(created: Sequence["Created"], to: Path, method: str) -> list[Path]:
    """Write pictures to one contact sheet, or each to its own file in a folder.

    Args:
        created: The pictures.
        to: The PNG or the folder.
        method: The command that created them, for their provenance.

    Returns:
        The file of each picture.
    """
    from pochade.create.created_files import SHEET_SUFFIX, write_created, write_created_sheet

    if to.suffix.lower() != SHEET_SUFFIX or to.is_dir():
        return write_created(to, created, method)
    write_created_sheet(to, created, method)
    return [to] * len(created)


def print_created(created: Sequence["Created"], files: Sequence[Path], *, as_json: bool) -> None:
    """Print the seed and the nearest real picture of each new picture, and warnings."""
    if as_json:
        print_json(
            [created_data(picture) | {"file": path_text(file)} for picture, file in zip(created, files, strict=True)]
        )
    for picture in created:
        line = f"seed {picture.seed:<8} nearest {picture.distance:.3f}  {path_text(picture.nearest)}"
        warnings = {"almost a copy": picture.almost_a_copy, "out of distribution": picture.is_out_of_distribution}
        print_message("  ".join([line, *(warning for warning, applies in warnings.items() if applies)]))
    target = f"'{files[0]}'" if len(set(files)) == 1 else f"'{files[0].parent}'"
    print_message(f"wrote {target}: {count_of(len(created), 'picture')}")


def _lender_files(picture: "Created") -> list[str | None]:
    """A file of each real picture that lent parts, in the order of the lenders."""
    lenders = () if picture.regions is None else picture.regions.lenders
    return [None if lender.path is None else path_text(lender.path) for lender in lenders]


def created_data(picture: "Created") -> dict[str, Any]:
    """What is known of a created picture, for JSON."""
    return {
        "seed": picture.seed,
        "net": picture.model,
        "percentile": picture.percentile,
        "empty": picture.is_out_of_distribution,
        "nearest": path_text(picture.nearest),
        "distance": picture.distance,
        "likelihood": picture.likelihood,
        "almost_a_copy": picture.almost_a_copy,
        "code": [float(number) for number in picture.latent],
        "regions": None if picture.regions is None else picture.regions.as_data() | {"files": _lender_files(picture)},
    }
