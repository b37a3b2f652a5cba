"""An autoencoder for Fashion-MNIST in one file. Read it from top to bottom, then run it.

    python examples/autoencoder.py

Ten epochs take a few minutes on a laptop. `--epochs 1 --pictures 10000` takes some seconds, and the pictures are worse.
"""

import argparse
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional

from pochade.study.fashion_mnist import fashion_mnist


class Autoencoder(nn.Module):
    """Copies a picture through a bottleneck of 64 x 3 x 3 = 576 numbers, the latent."""

    def __init__(self) -> None:
        super().__init__()
        # Each layer has more feature maps than the last, for more kinds of detail. Stride 2 moves the 3 x 3 kernel by
        # two pixels, so each side is halved. Padding 1 adds a border of zeros, so that the kernel can also be
        # centred on a pixel at the edge. The last layer has no padding: around 7 x 7 pixels, a border is a large part.
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),  # (B, 1, 28, 28) -> (B, 16, 14, 14)
            nn.ReLU(),  # negative numbers become 0; without it, all layers together would be one linear map
            nn.Conv2d(16, 32, 3, stride=2, padding=1),  # -> (B, 32, 7, 7)
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=0),  # -> (B, 64, 3, 3)
            nn.ReLU(),
        )
        # The decoder takes the same steps backwards. A stride of 2 rounds down, so a convolution maps 13 x 13 and
        # 14 x 14 pixels alike to 7 x 7. On the way back, a transposed convolution can't know which of the two is meant
        # and makes the smaller one. `output_padding=1` says: the larger one, with one more row and column.
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 3, stride=2, padding=0, output_padding=0),  # (B, 64, 3, 3) -> (B, 32, 7, 7)
            nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),  # -> (B, 16, 14, 14), not 13
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),  # -> (B, 1, 28, 28), not 27
            nn.Sigmoid(),  # pixels between 0 and 1, like those of the input
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 1, 28, 28) in [0, 1] to reconstructions of the same shape and range."""
        return self.decoder(self.encoder(x))


def reconstruction_loss(model: Autoencoder, x: Tensor) -> Tensor:
    """The mean squared error over all pixels of a batch. The input is its own target, so no labels are needed."""
    return functional.mse_loss(model(x), x)


def train(model: Autoencoder, images: Tensor, epochs: int) -> None:
    """Train a model on pictures (N, 1, 28, 28) of bytes."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(images)).split(64):  # 64 pictures per step, in a new order in each epoch
            x = images[rows].float() / 255  # bytes 0 to 255 become numbers from 0 to 1

            optimiser.zero_grad()  # forget the gradients of the last batch
            loss = reconstruction_loss(model, x)  # forward: how wrong is the model on this batch?
            loss.backward()  # backward: how does the loss change with each weight?
            optimiser.step()  # change each weight a little, so that the loss falls

            total += loss.item() * len(x)
        print(f"epoch {epoch + 1}: loss {total / len(images):.5f}")


def save_rows(rows: dict[str, Tensor], path: Path) -> None:
    """Save rows of pictures, each (N, 1, 28, 28) below its title, as one PNG."""
    figure = Figure(figsize=(8, 1.4 * len(rows)), layout="constrained")
    for axis, (title, pictures) in zip(figure.subplots(len(rows)), rows.items(), strict=True):
        axis.imshow(torch.cat(list(pictures[:, 0]), dim=1).numpy(), cmap="gray_r", vmin=0, vmax=1)
        axis.set(title=title, xticks=[], yticks=[])
    figure.savefig(path)


def main() -> None:
    """Train an autoencoder, and save what it does to pictures and to random numbers."""
    parser = argparse.ArgumentParser(description="Train an autoencoder on Fashion-MNIST.")
    parser.add_argument("--epochs", type=int, default=10, help="passes over the training pictures")
    parser.add_argument("--pictures", type=int, help="train on so many pictures only")
    parser.add_argument("--out", type=Path, default=Path("autoencoder.png"), help="the picture to write")
    options = parser.parse_args()

    data = fashion_mnist()
    torch.manual_seed(0)  # the same weights and the same order of the pictures in every run
    model = Autoencoder()
    train(model, data.train.images[: options.pictures], options.epochs)

    with torch.no_grad():  # no more learning, so no gradients
        test = data.test.images.float() / 255  # the model has not learned from these
        print(f"test loss {reconstruction_loss(model, test):.5f}")

        # Can the decoder draw new garments? Give it numbers that no encoder made. It was trained only on latents of
        # pictures, which fill a tiny part of a space with 576 dimensions, so a random point is far from all of them.
        random = torch.randn(8, 576, generator=torch.Generator().manual_seed(1)).reshape(8, 64, 3, 3)
        garments = model.decoder(random)
        rows = {"Test pictures": test[:8], "Reconstructions": model(test[:8]), "Random latents, decoded": garments}
        save_rows(rows, options.out)
    print(f"wrote '{options.out}'")


if __name__ == "__main__":
    main()
