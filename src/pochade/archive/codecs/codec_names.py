"""Names of the codecs that an archive's entries use, and the suffixes of their files.

Archives store these names, so they never change; docs/format.md describes each codec.
"""

from pochade.archive.container.manifest_records import JPEG, JPEG_TAIL, LAYERED, MODEL, STORED, XZ

FRAME_CODEC = "av1"  # the AV1 frame of an AVIF, without the boxes of its file
RESTORED_AVIF_CODEC, RESTORED_FRAME_CODEC = "avif-restored", "av1-restored"  # a model restores the picture

LOSSLESS_SUFFIXES = {STORED: "", XZ: ".xz", LAYERED: ".zip", JPEG: ".jxl", JPEG_TAIL: ".jxl"}
LOSSLESS_SUFFIXES |= {"jpeg-xl": ".jxl", "webp": ".webp", "png": ".png"}  # of pixels
LOSSY_SUFFIXES = {"avif": ".avif", "jpeg-xl-lossy": ".jxl", "webp-lossy": ".webp"}  # extracted unchanged
MODEL_SUFFIXES = {RESTORED_AVIF_CODEC: ".avif", RESTORED_FRAME_CODEC: ".obu"}  # extracted as PNG
ENTRY_SUFFIXES = LOSSLESS_SUFFIXES | LOSSY_SUFFIXES | MODEL_SUFFIXES | {FRAME_CODEC: ".obu", MODEL: ""}

# for an entry that returns a picture: the suffix that `extract` adds to the file's name
EXTRACTED_SUFFIXES = ENTRY_SUFFIXES | dict.fromkeys(MODEL_SUFFIXES, ".restored.png") | {FRAME_CODEC: ".avif"}
