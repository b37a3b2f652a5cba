"""A model inside an archive: an entry of its own, on which the entries of pictures depend.

The entry's content is the packed model (see `models/packed_weights.py`), followed by a repair record like the
manifest's, because damage to the model would cost many pictures.
"""

import hashlib
import zlib

from pochade.archive.container.manifest_records import BYTES, MODEL, Entry
from pochade.archive.container.parity import make_repair_record, parse_repair_record, repair_blocks
from pochade.archive.container.zip_layout import stored_member
from pochade.errors import UNDAMAGED_COPY_HINT, ArchiveDamaged

MODEL_ID_DIGITS = 16  # of the packed model's SHA-256
MAX_MODEL_BYTES = 2**24  # of an entry; our models are far smaller


def model_id(entry: Entry) -> str:
    """Return the id by which entries of pictures refer to the model in this entry."""
    return entry.original_sha256[:MODEL_ID_DIGITS]


def with_repair_record(model: bytes) -> bytes:
    """Return a packed model followed by its repair record."""
    return model + make_repair_record(stored_member("", model), model)


def model_entry(model: bytes) -> Entry:
    """Return the manifest entry for a packed model."""
    content, digest = with_repair_record(model), hashlib.sha256(model).hexdigest()
    name = f"pieces/.restorer-{digest[:MODEL_ID_DIGITS]}"
    return Entry(name, len(content), zlib.crc32(content), MODEL, BYTES, len(model), digest)


def extract_model(entry: Entry, content: bytes) -> bytes:
    """Return the packed model from an entry's content; damage is repaired.

    Raises:
        ArchiveDamaged: The model can't be repaired.
    """
    model, record_bytes = content[: entry.original_bytes], content[entry.original_bytes :]
    record = None if _is_intact(model, entry) else parse_repair_record(record_bytes)
    if record is not None and record.member.packed == len(model):  # a hostile record may claim another length
        model = repair_blocks(model, record)
    if not _is_intact(model, entry):
        raise ArchiveDamaged(f"the model '{entry.name}' is damaged", UNDAMAGED_COPY_HINT)
    return model


def _is_intact(model: bytes, entry: Entry) -> bool:
    return hashlib.sha256(model).hexdigest() == entry.original_sha256
