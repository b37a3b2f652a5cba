"""Whether the libraries that train models are installed; the extra `train` brings them."""

from importlib.util import find_spec

TRAINING_LIBRARIES = ("torch", "accelerate")


def can_train() -> bool:
    """Whether all of them are installed: torch alone, from elsewhere, trains nothing."""
    return all(map(find_spec, TRAINING_LIBRARIES))
