"""A function whose module is imported when the function is first called.

Importing the modules of all formats takes about as long as importing numpy, and a command such as `find` reads files of
one or two formats.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def late_function(module: str, name: str) -> Callable[..., Any]:
    """Make a function that calls a function of a module, and imports the module only then.

    Args:
        module: Its name below `pochade.images`, such as "formats.png".
        name: The name of the function in it.
    """

    def call(*arguments: Any, **named_arguments: Any) -> Any:
        return getattr(import_module(f"pochade.images.{module}"), name)(*arguments, **named_arguments)

    return call
