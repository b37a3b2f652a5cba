"""`pochade study`: the Fashion-MNIST lesson."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pochade.cli.messages import explain_interrupt, print_json, print_message, show_activity
from pochade.cli.progress_bar import ProgressBar
from pochade.errors import UsageError

if TYPE_CHECKING:  # torch takes long to import: only a command that needs it imports it
    from pochade.study.study_listener import StudyProgress
    from pochade.training.recipe import Recipe

PROGRESS_STEPS = 1_000  # of the bar


@explain_interrupt()
def study(
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The folder with the four files of Fashion-MNIST. By default the cache, then the folder of Debian's "
            "package, then a download.",
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The folder for the report, the figures, the numbers and the models."),
    ] = Path("study"),
    recipe: Annotated[
        Literal["tutorial", "fast"],
        typer.Option(help="How the models are trained: as in most tutorials, or about as well in a fifth of the time."),
    ] = "fast",
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Passes over the training pictures. By default those of the recipe: 10 for tutorial, 2 for fast.",
        ),
    ] = None,
    latent_dim: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65_536,
            help="The size of a latent of the autoencoder and the VAE. By default feature maps of 64 x 3 x 3 for "
            "the autoencoder, and 16 for the VAE.",
        ),
    ] = None,
    widths: Annotated[
        str, typer.Option(help="Feature maps of each layer, with commas; more or fewer layers are possible.")
    ] = "16,32,64",
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The seed of everything random.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print every number as JSON on stdout.")] = False,
) -> None:
    """Study autoencoders on Fashion-MNIST.

    Trains autoencoders and variational autoencoders (VAEs), measures them, and writes one page: what an autoencoder
    does for an artist, where it fails, and what a VAE changes. One process per core, at most eight, trains and
    measures; with a GPU, one. After an interruption, the same command continues.

    Into the folder of --out go `report.html`, the lesson in one file; `figures/`; `metrics.json`, every number with
    the machine and the commit; `autoencoder.safetensors` and `vae.safetensors`, two of the trained models; and
    `.pochade-study/`, the finished stages, which you can delete to start afresh.

    Try --latent-dim 2 (the map is the latent itself), --widths 32,64 (two layers), or --recipe tutorial (ten epochs
    of Adam, as in most tutorials).

    Example: `pochade study --epochs 1 --latent-dim 2 --out two-numbers`
    """
    layer_widths = parse_widths(widths)
    with show_activity("loading"):
        from pochade.study.study_extra import check_study_extra

        check_study_extra()  # before the imports below, which need it
        from pochade.study.fashion_mnist import fashion_mnist
        from pochade.study.run_study import run_study
        from pochade.study.study_settings import StudySettings
        from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE
    chosen_recipe = _with_epochs(TUTORIAL_RECIPE if recipe == "tutorial" else FAST_RECIPE, epochs)
    settings = StudySettings(chosen_recipe, latent_dim, layer_widths, seed)
    with show_activity("reading Fashion-MNIST"):
        pictures = fashion_mnist(data)
    settings.autoencoder(pictures)  # fails here, before the long work, if the model can't be built
    with StudyProgressBar() as bar:
        metrics = run_study(pictures, out, settings, bar)
    if as_json:
        print_json(metrics)
    _print_results(metrics, out)


def parse_widths(text: str) -> tuple[int, ...]:
    """Parse whole numbers with commas between them, such as '16,32,64'.

    Raises:
        UsageError: A part is no whole number.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"--widths takes whole numbers with commas, not '{text}'", "--widths 16,32,64") from error


def _with_epochs(recipe: "Recipe", epochs: int | None) -> "Recipe":
    return recipe if epochs is None else dataclasses.replace(recipe, epochs=epochs)


def _print_results(metrics: dict[str, Any], out: Path) -> None:
    """Print the most interesting numbers, and where the others are."""
    fcd, density, empty = metrics["fcd"], metrics["density"], metrics["empty_share"]
    for title, name in (("autoencoder", "autoencoder"), ("VAE", "vae")):
        print_message(
            f"{title:14}test MSE {metrics[name]['test_mse']:.5f} with {metrics[name]['latent_numbers']} numbers; "
            f"{empty[name]:.1%} of random points are out of distribution"
        )
    print_message(
        f"{'new pictures':14}density {density['vae']['normal']:.2f} from the VAE's prior, "
        f"{density['autoencoder']['normal']:.2f} from random latents of the autoencoder; real pictures have "
        f"{density['floor']:.2f}"
    )
    print_message(
        f"{'learned prior':14}FCD {fcd['autoencoder_32']['mixture']:.2f} with 32 numbers; real pictures have "
        f"{fcd['floor']:.2f}"
    )
    print_message(
        f"{'clean':14}{metrics['denoising']['denoiser']:.1f} dB by the denoiser, "
        f"{metrics['denoising']['best_blur']:.1f} dB by the best blur"
    )
    print_message(
        f"{'embeddings':14}{metrics['knn_accuracy']:.1%} of the test pictures are recognised by their neighbours"
    )
    print_message(f"wrote '{out / 'report.html'}', its figures, metrics.json and two models")


class StudyProgressBar(ProgressBar):
    """One progress bar for the whole study."""

    def show_progress(self, progress: "StudyProgress") -> None:
        """Show how much of the work is done, and what is running."""
        idle = "writing the page" if progress.share >= 1 else "starting"
        self.show("study", round(progress.share * PROGRESS_STEPS), PROGRESS_STEPS, ", ".join(progress.running) or idle)
