"""A variational autoencoder (VAE) for Fashion-MNIST in one file. Read `autoencoder.py` first."""

import argparse
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from pochade.study.fashion_mnist import fashion_mnist


class VAE(nn.Module):
    """Maps a picture to a normal distribution over latents of 16 numbers, and a latent to a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),  # (B, 1, 28, 28) -> (B, 16, 14, 14)
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),  # -> (B, 32, 7, 7)
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=0),  # -> (B, 64, 3, 3)
            nn.ReLU(),
            nn.Flatten(),  # -> (B, 576)
        )
        # The encoder gives a distribution, not a point: a mean and a variance for each of the 16 numbers. A variance
        # must be positive, and a linear layer gives any number, so this one gives the logarithm of the variance.
        self.mean = nn.Linear(576, 16)
        self.log_variance = nn.Linear(576, 16)
        self.decoder = nn.Sequential(
            nn.Linear(16, 576),
            nn.Unflatten(1, (64, 3, 3)),  # (B, 576) -> (B, 64, 3, 3)
            nn.ConvTranspose2d(64, 32, 3, stride=2, padding=0, output_padding=0),  # -> (B, 32, 7, 7)
            nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),  # -> (B, 16, 14, 14)
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),  # -> (B, 1, 28, 28)
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map pictures (B, 1, 28, 28) to reconstructions of the same shape, and the means and log-variances (B, 16)."""
        features = self.encoder(x)
        mean, log_variance = self.mean(features), self.log_variance(features)
        # The reparameterisation trick. No gradient passes through the drawing of a random number, but it does pass
        # through a product and a sum. So draw noise from N(0, 1) first, then scale and shift it.
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)  # (B, 16)
        return self.decoder(z), mean, log_variance


def vae_loss(model: VAE, x: Tensor) -> Tensor:
    """The squared error summed over pixels plus the KL divergence summed over the latent, averaged over pictures."""
    reconstruction, mean, log_variance = model(x)
    squared_error = (reconstruction - x).square().sum(dim=(1, 2, 3))  # (B,)
    # The KL divergence from N(0, 1) is 0 if a mean is 0 and its variance 1. It pulls the distributions of all pictures
    # to the same place, so that they overlap. The squared error keeps them apart, so that pictures can be told apart.
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)  # (B,)
    return (squared_error + divergence).mean()


def train(model: VAE, images: Tensor, epochs: int) -> None:
    """Train a model on pictures (N, 1, 28, 28) of bytes."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(images)).split(64):
            x = images[rows].float() / 255

            optimiser.zero_grad()  # forget the gradients of the last batch
            loss = vae_loss(model, x)  # forward: how wrong is the model on this batch?
            loss.backward()  # backward: how does the loss change with each weight?
            optimiser.step()  # change each weight a little, so that the loss falls

            total += loss.item() * len(x)
        print(f"epoch {epoch + 1}: loss {total / len(images):.2f}")


def save_rows(rows: dict[str, Tensor], path: Path) -> None:
    """Save rows of pictures, each (N, 1, 28, 28) below its title, as one PNG."""
    figure = Figure(figsize=(8, 1.4 * len(rows)), layout="constrained")
    for axis, (title, pictures) in zip(figure.subplots(len(rows)), rows.items(), strict=True):
        axis.imshow(torch.cat(list(pictures[:, 0]), dim=1).numpy(), cmap="gray_r", vmin=0, vmax=1)
        axis.set(title=title, xticks=[], yticks=[])
    figure.savefig(path)


def main() -> None:
    """Train a VAE, and save reconstructions, new pictures, and a path between two pictures."""
    parser = argparse.ArgumentParser(description="Train a variational autoencoder on Fashion-MNIST.")
    parser.add_argument("--epochs", type=int, default=10, help="passes over the training pictures")
    parser.add_argument("--pictures", type=int, help="train on so many pictures only")
    parser.add_argument("--out", type=Path, default=Path("vae.png"), help="the picture to write")
    options = parser.parse_args()

    data = fashion_mnist()
    torch.manual_seed(0)  # the same weights, noise and order of the pictures in every run
    model = VAE()
    train(model, data.train.images[: options.pictures], options.epochs)

    with torch.no_grad():  # no more learning, so no gradients
        test = data.test.images.float() / 255  # the model has not learned from these
        print(f"test loss {vae_loss(model, test):.2f}")
        rows = {"Test pictures": test[:8], "Reconstructions": model(test[:8])[0]}

        # The first 16 of the random numbers that became no garments in `autoencoder.py`. Here the latents of all
        # pictures together fill the region of N(0, I), so a random point is near some of them.
        samples = torch.randn(8, 576, generator=torch.Generator().manual_seed(1))[:, :16]
        rows["Samples from N(0, I)"] = model.decoder(samples)
        # A straight path between two latents. A mixture of the *pixels* of two pictures would be a double exposure.
        boot, shirt = (test[data.test.labels == data.classes.index(name)][0] for name in ("Ankle boot", "Shirt"))
        start, end = model.mean(model.encoder(torch.stack([boot, shirt])))  # (16,) each
        rows["From an ankle boot to a shirt"] = model.decoder(torch.lerp(start, end, torch.linspace(0, 1, 8)[:, None]))
        save_rows(rows, options.out)
    print(f"wrote '{options.out}'")


if __name__ == "__main__":
    main()
