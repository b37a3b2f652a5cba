"""Layered files taken apart into pictures and other bytes, and put together again."""
