"""What a number needs beside it to be believed: the machine, the versions, the commit."""

import hashlib
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import torch

LIBRARIES = ("torch", "accelerate", "numpy", "scikit-learn", "openTSNE", "torchmetrics")


def machine() -> dict[str, str | int]:
    """The processor, its cores, the system, and the versions that decide a number."""
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "device": "mps" if torch.backends.mps.is_available() else "cuda" if torch.cuda.is_available() else "cpu",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


def processor() -> str:
    """The processor's name as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def commit() -> str:
    """The commit of the code that runs, with a `+` when it was changed since; the version outside a checkout."""
    here = Path(__file__)
    try:
        git("ls-files", "--error-unmatch", here.name, folder=here.parent)  # fails where another project's git answers
        return git("describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+", folder=here.parent)
    except (OSError, subprocess.SubprocessError):
        return f"version {version('pochade')}"


def code_digest() -> str:
    """The SHA-256 of the package's own source: two studies with the same one ran the same code."""
    package = Path(__file__).parent.parent
    sources = sorted(package.rglob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def git(*words: str, folder: Path) -> str:
    """What git answers in a folder."""
    answer = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=10)
    return answer.stdout.strip()
