"""The reference of the command line, made from the commands themselves by typer.

`python -m tests.support.cli_reference` writes `docs/reference/cli.md`; a test compares it with the commands.
"""

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
HEAD = """# Command line

This page is made from the commands' own help by `python -m tests.support.cli_reference`. Results go to
stdout, messages and progress to stderr; with `--json`, stdout has the JSON alone.
[Troubleshooting](../how-to/troubleshooting.md#exit-codes) lists the exit codes.

"""


def cli_reference() -> str:
    """The whole page as Markdown."""
    command = [sys.executable, "-m", "typer", "pochade.cli", "utils", "docs", "--name", "pochade"]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    page = page.replace("# `pochade`\n", "## `pochade`\n", 1).replace("&#x27;", "'")
    return HEAD + page.replace("```console\n$ ", "```text\n").rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(cli_reference(), encoding="utf-8")
