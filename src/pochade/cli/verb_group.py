"""The verbs of the command line. A verb's module is imported when the verb is used, so that `--help` starts fast."""

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup


class Verb(NamedTuple):
    """Where the function of a verb is, and what the list of commands says about it."""

    module: str  # in this room
    function: str
    summary: str  # the first paragraph of the function's docstring; a test compares them


VERBS = {
    "learn": Verb("learn_command", "learn", "Learn a folder of art."),
    "worker": Verb("worker_command", "worker", "Help another machine to learn."),
    "find": Verb("find_command", "find", "Find pictures by a picture or by words."),
    "info": Verb("info_command", "info", "Summarise a collection."),
    "families": Verb("families_command", "families", "Find duplicates, versions and series."),
    "groups": Verb("groups_command", "groups", "Group pictures that look alike."),
    "teach": Verb("teach_command", "teach", "Teach a label from examples."),
    "suggest": Verb("suggest_command", "suggest", "Suggest pictures for a label."),
    "labels": Verb("labels_command", "labels", "List all labels and count their pictures."),
    "export": Verb("export_command", "export_answers", "Save labels, groups and verdicts to one file."),
    "import": Verb("import_command", "import_labels", "Import labels from other programs."),
    "forget": Verb("forget_command", "forget", "Forget pictures whose files are gone."),
    "map": Verb("map_command", "draw_map", "Draw a map of the collection."),
    "imagine": Verb("imagine_command", "imagine", "Create new pictures."),
    "vary": Verb("vary_command", "vary", "Create variations of a picture."),
    "morph": Verb("morph_command", "morph", "Morph from picture to picture."),
    "clean": Verb("clean_command", "clean", "Clean scans of drawings and paintings."),
    "compress": Verb("compress_command", "compress", "Compress a folder into one archive."),
    "extract": Verb("extract_command", "extract", "Extract the files of an archive."),
    "verify": Verb("verify_command", "verify", "Verify every byte of an archive."),
    "prune": Verb("prune_command", "prune", "Remove files from an archive."),
    "rename": Verb("rename_command", "rename", "Rename a file or folder in an archive."),
    "list": Verb("list_command", "list_files", "List the files in an archive."),
    "open": Verb("open_command", "open_page", "Open a collection in the browser."),
    "study": Verb("study_command", "study", "Study autoencoders on Fashion-MNIST."),
}


class VerbGroup(TyperGroup):
    """A group of commands that imports a command when it is asked for by name."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  typer's signature
        """The names of all verbs, in the order of the help."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of a verb, or None if there is no such verb."""
        return load_command(cmd_name) if cmd_name in VERBS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list of commands from the summaries, without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.summary) for name, verb in VERBS.items()])


def load_command(name: str) -> Any:
    """Import the function of a verb, and make a command of it."""
    verb = VERBS[name]
    function = getattr(import_module(f"pochade.cli.{verb.module}"), verb.function)
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    single.command(name)(function)
    return typer.main.get_command(single)
