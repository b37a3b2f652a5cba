"""`pochade study`: the Fashion-MNIST lesson."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pochade.cli.messages import console, explain_interrupt, print_json, print_message
from pochade.cli.progress_bar import ProgressBar
from pochade.errors import UsageError

if TYPE_CHECKING:  # torch takes long to import: only a command that needs it imports it
    from pochade.training.loop import TrainingProgress
    from pochade.training.recipe import Recipe

VERDICTS = {"empty": "out of distribution", "not empty": "in distribution"}  # by the verdict in `metrics.json`


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
        typer.Option(help="How the models are trained: as in most tutorials, or better in less time."),
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
            help="The dimension of the latents of both models. By default feature maps of 64 x 3 x 3 for the "
            "autoencoder, and 16 for the VAE.",
        ),
    ] = None,
    widths: Annotated[
        str, typer.Option(help="Feature maps of each layer, with commas; more or fewer layers are possible.")
    ] = "16,32,64",
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The seed of everything random.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print every number as JSON on stdout.")] = False,
) -> None:
    """Study autoencoders on Fashion-MNIST.

    Trains an autoencoder and a variational autoencoder, shows where the first fails and what the second changes, and
    writes one report with every figure and number. After an interruption, the same command continues.

    Into the folder of --out go `report.html`, the lesson in one file; `figures/`; `metrics.json`, every number with
    the machine and the commit; `autoencoder.safetensors` and `vae.safetensors`, the trained models; and
    `.pochade-study/`, the finished stages, which you can delete to start afresh.

    Try --latent-dim 2 (the map is the latent itself), --widths 32,64 (two layers), or --recipe tutorial (see what
    blur costs).

    Example: `pochade study --epochs 1 --latent-dim 2 --out two-numbers`
    """
    layer_widths = parse_widths(widths)
    with console.status("loading"):
        from pochade.study.fashion_mnist import fashion_mnist
        from pochade.study.run_study import run_study
        from pochade.study.study_settings import StudySettings
        from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE
    chosen_recipe = _with_epochs(TUTORIAL_RECIPE if recipe == "tutorial" else FAST_RECIPE, epochs)
    settings = StudySettings(chosen_recipe, latent_dim, layer_widths, seed)
    with console.status("reading Fashion-MNIST"):
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
    fcd, vae, point = metrics["fcd"], metrics["vae"], metrics["empty_point"]
    print_message(f"autoencoder   test MSE {metrics['autoencoder']['test_mse']:.5f}")
    print_message(f"VAE           test MSE {vae['test_mse']:.5f}, ELBO {vae['elbo']:.0f} nats per picture")
    print_message(f"random point  {VERDICTS[point['verdict']]} (VAE: {VERDICTS[point['vae']['verdict']]})")
    print_message(
        f"new pictures  FCD {fcd['vae']['mixture']:.2f} from the learned prior, "
        f"{fcd['vae']['normal']:.2f} from the standard normal; real pictures have {fcd['floor']:.2f}"
    )
    print_message(f"embeddings    {metrics['knn_accuracy']:.1%} of the nearest neighbours are of the right class")
    print_message(f"wrote '{out / 'report.html'}', its figures, metrics.json and both models")


class StudyProgressBar(ProgressBar):
    """A progress bar for the stages of the study and its training runs."""

    def show_training(self, progress: "TrainingProgress") -> None:
        """Show how far a training run is."""
        self.advance(progress.step, progress.steps, f"epoch {progress.epoch}, loss {progress.loss:.5g}")
