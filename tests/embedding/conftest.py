"""Fixtures of this room's tests."""

from tests.support.small_eyes import dinov2, siglip

__all__ = ["dinov2", "siglip"]
