"""Folders inside of each other, deeper than Python's own functions can remove, because they call themselves."""

from pathlib import Path


def remove_deep_folder(folder: Path) -> None:
    """Remove a folder with everything in it, however deep; pytest could not remove it after a later run."""
    pending = [folder]
    while pending:
        top = pending[-1]
        entries = list(top.iterdir())
        inner = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
        for entry in entries:
            if entry not in inner:
                entry.unlink()
        if not inner:
            pending.pop().rmdir()
        for number, entry in enumerate(inner):  # beside the folder, where its path is short
            pending.append(entry.rename(folder.with_name(f"{folder.name} {len(pending)} {number}")))
