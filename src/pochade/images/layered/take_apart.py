"""Takes any layered file apart."""

from collections.abc import Callable

from pochade.errors import PictureUnreadable
from pochade.images.layered.layered_file import LayeredFile
from pochade.images.layered.psd_parts import PSD_SIGNATURE, take_psd_apart
from pochade.images.layered.xcf_parts import XCF_SIGNATURE, take_xcf_apart

BY_SIGNATURE: dict[bytes, Callable[[bytes], LayeredFile | None]] = {
    PSD_SIGNATURE: take_psd_apart,
    XCF_SIGNATURE: take_xcf_apart,
}


def take_apart(content: bytes) -> LayeredFile | None:
    """Take a file apart; None if it is damaged, or has no layers that come back byte for byte."""
    for signature, take in BY_SIGNATURE.items():
        if content.startswith(signature):
            try:
                return take(content)
            except PictureUnreadable:
                return None
    return None
