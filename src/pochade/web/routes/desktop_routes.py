"""Open a picture's file in the system's program, or show it in the file manager: only on the person's own desktop."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel

from pochade.errors import NotAllowed
from pochade.images.io.read import FORMATS_BY_SUFFIX
from pochade.system.desktop import has_desktop, open_with_program, show_in_file_manager
from pochade.system.path_text import printable
from pochade.web.app_state import AppState, StateDependency

routes = APIRouter(tags=["pieces"])
Key = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", description="The first 16 digits of the SHA-256 of a picture's content.")
]


class DesktopIn(BaseModel):
    """What to do with a picture's file."""

    action: Literal["open", "show"]  # in the system's program, or in the file manager


def is_on_desktop(state: AppState) -> bool:
    """Tell whether the page and the desktop are on the same machine."""
    return state.settings.is_local and has_desktop()


@routes.post("/pieces/{key}/desktop", status_code=204)
def open_on_desktop(key: Key, body: DesktopIn, state: StateDependency) -> None:
    """Open the first file of a picture that lies in the collection. Refused unless server and desktop are one machine.

    A file is opened only if its name ends as pictures do: another ending could make the system run it.
    """
    if not is_on_desktop(state):
        raise NotAllowed("this server does not run on your desktop", "copy the path, and open it where you are")
    path = state.snapshot().readable_file(key).path
    if body.action == "show":
        show_in_file_manager(path)
    elif path.suffix.lower() in FORMATS_BY_SUFFIX:
        open_with_program(path)
    else:
        raise NotAllowed(f"the name '{printable(path.name)}' doesn't end as pictures do", "show it in the file manager")
