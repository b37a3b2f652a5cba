"""Fixtures of this room's tests."""

from tests.support.drawings_folder import drawings_folder, learnt_folder, shared_learnt_folder
from tests.support.small_eyes import dinov2, siglip

__all__ = ["dinov2", "drawings_folder", "learnt_folder", "shared_learnt_folder", "siglip"]
