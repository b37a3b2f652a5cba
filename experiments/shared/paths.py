"""Where the pictures for training and measuring lie on this machine."""

from pathlib import Path

DRAWINGS = Path.home() / ".cache" / "pochade" / "openclipart"  # `make drawings`
PAPERS = DRAWINGS.parent / "papers"  # `make papers`: CC0 photographs of paper
PAINTINGS = DRAWINGS.parent / "paintings"  # `make paintings`: art of free games, desktops and programs
PAINTED_FIGURES = DRAWINGS.parent / "wesnoth"  # `make figures`: 241 painted portraits
