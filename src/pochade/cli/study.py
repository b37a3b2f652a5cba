"""`pochade study`: the Fashion-MNIST study."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pochade.cli.output import Bar, interruptible, print_json, words
from pochade.errors import UsageError

if TYPE_CHECKING:  # torch is heavy: only a command that needs it loads it
    from pochade.training.loop import TrainingProgress
    from pochade.training.recipe import Recipe


@interruptible()
def study(
    data: Annotated[Path | None, typer.Option(help="Folder with the four files of Fashion-MNIST.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report, the figures, the numbers and the nets.")] = Path(
        "study"
    ),
    recipe: Annotated[Literal["tutorial", "fast"], typer.Option(help="How the nets are trained.")] = "fast",
    epochs: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="Passes over the pictures; the recipe's own when not given.")
    ] = None,
    latent_dim: Annotated[
        int | None, typer.Option(min=1, max=65_536, help="Numbers in a latent, of both nets.")
    ] = None,
    widths: Annotated[str, typer.Option(help="Feature maps of each layer; more or fewer layers too.")] = "16,32,64",
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Decides everything that is drawn at random.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print every number as JSON on stdout.")] = False,
) -> None:
    """Fashion-MNIST end to end: an autoencoder, where it fails, a VAE, every figure and number, one report.

    Interrupted, it goes on where it was when the same command is given again.

    Example: pochade study --latent-dim 2 --out two-numbers
    """
    sizes = parsed_widths(widths)
    with words.status("loading"):
        from pochade.study.fashion_mnist import fashion_mnist
        from pochade.study.run_study import run_study
        from pochade.study.study_settings import StudySettings
        from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE
    settings = StudySettings(
        with_epochs(TUTORIAL_RECIPE if recipe == "tutorial" else FAST_RECIPE, epochs), latent_dim, sizes, seed
    )
    with words.status("reading Fashion-MNIST"):
        pictures = fashion_mnist(data)
    settings.autoencoder(pictures)  # a net that can't be built fails here, before the long work
    with StudyBar() as listener:
        metrics = run_study(pictures, out, settings, listener)
    if as_json:
        print_json(metrics)
    say_results(metrics, out)


def parsed_widths(text: str) -> tuple[int, ...]:
    """'16,32,64' as numbers.

    Raises:
        UsageError: Something between the commas is no whole number.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"--widths wants whole numbers with commas, not '{text}'", "--widths 16,32,64") from error


def with_epochs(recipe: "Recipe", epochs: int | None) -> "Recipe":
    """The recipe with another number of epochs, or as it is."""
    return recipe if epochs is None else dataclasses.replace(recipe, epochs=epochs)


def say_results(metrics: dict[str, Any], out: Path) -> None:
    """The figures that a person wants first, and where the rest is."""
    fcd, vae = metrics["fcd"], metrics["vae"]
    words.print(f"autoencoder   test MSE {metrics['autoencoder']['test_mse']:.5f}")
    words.print(f"VAE           test MSE {vae['test_mse']:.5f}, ELBO {vae['elbo']:.0f} nats a picture")
    words.print(f"random point  {metrics['empty_point']['verdict']} (VAE: {metrics['empty_point']['vae']['verdict']})")
    words.print(
        f"new pictures  FCD {fcd['vae']['mixture']:.2f} from the learned prior, "
        f"{fcd['vae']['normal']:.2f} from the standard normal; real pictures have {fcd['floor']:.2f}"
    )
    words.print(f"fingerprints  {metrics['knn_accuracy']:.1%} of the nearest neighbours are of the right class")
    words.print(f"wrote '{out / 'report.html'}', its figures, metrics.json and both nets", markup=False, soft_wrap=True)


class StudyBar(Bar):
    """The bar, fed by the study's stages and its training loops."""

    def progress(self, progress: "TrainingProgress") -> None:
        """A training run has come this far."""
        self.advance(progress.step, progress.steps, f"epoch {progress.epoch}, loss {progress.loss:.5g}")
