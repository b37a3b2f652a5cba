"""Renderings for people: contact sheets, map sheets, before and after, animations."""
