"""What `learn --eye` says and asks before anything is fetched or embedded."""

from typing import TYPE_CHECKING

from pochade.cli.messages import count_of, print_message, show_activity
from pochade.cli.progress_bar import ProgressBar
from pochade.cli.questions import confirm
from pochade.errors import UsageError
from pochade.system.path_text import printable

if TYPE_CHECKING:  # numpy and SQLAlchemy take long to import
    from pochade.collection import Collection
    from pochade.embedding.eye_folder import ModelFolder
    from pochade.embedding.eye_source import EyeSource
    from pochade.embedding.installed_eyes import InstalledEye
    from pochade.learn.eye_choice import EyePrice

MINUTE, HOUR = 60, 3600  # seconds
SHORT_SECONDS = 90  # which people call a minute


def prepare_eye(text: str, *, yes: bool) -> "InstalledEye | None":
    """Find the model that a person named on this machine, or fetch it after a question.

    Args:
        text: What the person gave to `--eye`.
        yes: Fetch it without a question.

    Returns:
        The eye; None for the theme model.

    Raises:
        UsageError: There is no such model, or the person did not agree.
        PochadeError: It can't be fetched or used.
    """
    from pochade.embedding.eye_source import NO_EYE, parse_eye_source
    from pochade.learn.eye_choice import find_eye, remember_eye

    if text == NO_EYE:
        return None
    source = parse_eye_source(text)
    folder = find_eye(source)
    if folder is None:
        folder = _fetch(source, yes=yes)
    else:
        licence = folder.licence or "no licence stated"
        print_message(f"'{source.name}' is {source.title} ({licence}), in '{printable(folder.path)}'")
    with ProgressBar() as bar:
        return remember_eye(source, folder, bar.report)


def _fetch(source: "EyeSource", *, yes: bool) -> "ModelFolder":
    """Fetch a model from the hub, after a question.

    Raises:
        UsageError: The person did not agree.
        PochadeError: It can't be fetched.
    """
    from pochade.embedding.eye_hub import describe_download, download_eye

    with show_activity("asking huggingface.co"):
        offer = describe_download(source)
    size = size_of(offer.bytes)
    print_message(f"'{source.name}' is {source.title} ({offer.licence}) from huggingface.co")
    print_message(f"{size} would be fetched into '{printable(offer.cache)}', once; nothing of yours is sent")
    if not yes and not confirm("Fetch it"):
        raise UsageError(f"'{source.name}' was not fetched", "give --yes to fetch it without a question")
    with ProgressBar() as bar:
        return download_eye(offer, bar.report)


def embed_with_eye(collection: "Collection", eye: "InstalledEye | None", *, yes: bool) -> None:
    """Say what it costs to embed all pictures, and embed them after a question; or return to the theme model.

    Args:
        collection: The collection, which has been learnt.
        eye: The eye; None for the theme model.
        yes: Embed without a question.

    Raises:
        UsageError: The person did not agree.
        PochadeError: The eye can't be used.
    """
    from pochade.learn.eye_choice import measure_price, use_eye, use_no_eye

    if eye is None:
        use_no_eye(collection.library)
        print_message("groups, labels and the map use the built-in theme model")
        return
    with show_activity("loading the eye"):
        price = measure_price(collection.library, eye)
    if price.pictures:
        print_message(describe_price(price))
        if not yes and not confirm("Embed them"):
            raise UsageError(f"'{eye.name}' was not used", "give --yes to embed without a question")
    with ProgressBar() as bar:
        use_eye(collection.library, price.eye, bar.report)
    words = "; 'find' and the page also search by meaning" if price.eye.knows_words else ""
    print_message(f"groups, labels and the map use the eye '{eye.name}'{words}")


def describe_price(price: "EyePrice") -> str:
    """What it costs to embed pictures, as a sentence."""
    return (
        f"embedding {count_of(price.pictures, 'picture')} takes {duration_of(price.seconds)} and "
        f"{size_of(price.bytes)} of disk, measured on {count_of(price.measured, 'picture')}"
    )


def duration_of(seconds: float) -> str:
    """A time as people say it: 'a minute at most', 'about 25 minutes', 'about 3.5 hours'."""
    if seconds < SHORT_SECONDS:
        return "a minute at most"
    if seconds < HOUR:
        return f"about {seconds / MINUTE:.0f} minutes"
    return f"about {seconds / HOUR:.1f} hours"


def size_of(size: int) -> str:
    """A size as people say it: '4 MB', '1.5 GB'."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6)):,} MB"  # noqa: PLR2004
