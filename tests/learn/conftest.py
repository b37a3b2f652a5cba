"""Fixtures of this room's tests."""

from tests.support.drawings_folder import drawings_folder, learnt_folder, shared_learnt_folder

__all__ = ["drawings_folder", "learnt_folder", "shared_learnt_folder"]
