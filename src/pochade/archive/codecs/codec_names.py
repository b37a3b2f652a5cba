"""Names of the codecs of an archive's entries, and what the files that they make end in.

docs/format.md describes each codec. The names are stored in archives.
"""

from pochade.archive.container.manifest import JPEG, MODEL, STORED, XZ

FRAME_CODEC = "av1"  # the AV1 frame of an AVIF without its boxes
RESTORED_AVIF_CODEC, RESTORED_FRAME_CODEC = "avif-restored", "av1-restored"  # a model restores the picture

LOSSLESS_SUFFIXES = {STORED: "", XZ: ".xz", JPEG: ".jxl", "jpeg-xl": ".jxl", "webp": ".webp", "png": ".png"}
LOSSY_SUFFIXES = {"avif": ".avif", "jpeg-xl-lossy": ".jxl", "webp-lossy": ".webp"}  # extracted as they are
MODEL_SUFFIXES = {RESTORED_AVIF_CODEC: ".avif", RESTORED_FRAME_CODEC: ".obu"}  # extracted as PNG
ENTRY_SUFFIXES = LOSSLESS_SUFFIXES | LOSSY_SUFFIXES | MODEL_SUFFIXES | {FRAME_CODEC: ".obu", MODEL: ""}

# of the file that `extract` writes for an entry that returns a picture
EXTRACTED_SUFFIXES = ENTRY_SUFFIXES | dict.fromkeys(MODEL_SUFFIXES, ".restored.png") | {FRAME_CODEC: ".avif"}
