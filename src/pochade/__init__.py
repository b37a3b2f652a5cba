"""Pochade learns a small sketch of every piece of art you own, with autoencoders, and shows how autoencoders work.

Importing this package only defines names; torch is loaded by the first module that needs it.
"""

__version__ = "0.1.0"
