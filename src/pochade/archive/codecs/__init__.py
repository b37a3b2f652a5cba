"""Encoding one content of an archive: the smallest codec at a fidelity, and the worker task that tries all of them."""
