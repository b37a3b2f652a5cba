"""Fine-tuning needs torch, which the extra `train` installs; without it, the shipped models embed the pictures."""

from pochade.errors import install_hint
from pochade.index.database import Index
from pochade.index.settings_store import read_setting, write_setting

EXTRA_SETTING = "train-extra"  # written once the person was told of the extra


def untrained_reason(index: Index, *, asked: bool) -> str | None:
    """Say why the models are not fine-tuned on a collection; None if the person was told before.

    Args:
        index: The collection's database.
        asked: The person asked for training, and is told each time.
    """
    if not asked and read_setting(index, EXTRA_SETTING) is not None:
        return None
    write_setting(index, EXTRA_SETTING, "1")
    return f"the models were not fine-tuned on these pictures: that needs torch, from {install_hint('train')}"
