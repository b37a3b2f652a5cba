"""The machine, the versions of libraries and the commit that a measurement was made with."""

import hashlib
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import torch

LIBRARIES = ("torch", "accelerate", "numpy", "scikit-learn", "openTSNE", "torchmetrics")


def machine_info() -> dict[str, str | int]:
    """Describe the processor, its cores, the system, and the versions of the libraries."""
    return {
        "processor": _processor_name(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "device": "mps" if torch.backends.mps.is_available() else "cuda" if torch.cuda.is_available() else "cpu",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def code_version() -> str:
    """The commit of the running code, with a `+` if it was changed since; outside of a checkout the version."""
    module = Path(__file__)
    try:
        # fails if this is the repository of another project
        _run_git("ls-files", "--error-unmatch", module.name, folder=module.parent)
        return _run_git("describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+", folder=module.parent)
    except (OSError, subprocess.SubprocessError):
        return f"version {version('pochade')}"


def code_digest() -> str:
    """The SHA-256 of the source of the package: equal digests mean equal code."""
    package = Path(__file__).parent.parent
    sources = sorted(package.rglob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _run_git(*arguments: str, folder: Path) -> str:
    answer = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=10)
    return answer.stdout.strip()
