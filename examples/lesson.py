# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Autoencoders, by hand
#
# This notebook is the short form of the lesson that `pochade study` writes. Here you run each step, change it, and run
# it again. You need Python, but you don't need to know anything about neural networks.
#
# The two models and their training loops are in `autoencoder.py` and `vae.py`, beside this notebook. Each has fewer
# than 120 lines. Read them while the cells run.
#
# All cells together take about two minutes on a laptop. If yours is slow, set `PICTURES` below to a smaller number.
# For better pictures, set `EPOCHS` to a larger one.

# %%
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from autoencoder import Autoencoder, reconstruction_loss
from autoencoder import train as train_autoencoder
from pochade.study.fashion_mnist import fashion_mnist
from vae import VAE
from vae import train as train_vae

# %% tags=["parameters"]
torch.manual_seed(0)  # the same weights, order and noise in every run
EPOCHS = 2  # how often each model sees each picture
PICTURES = 60_000  # how many pictures it learns from, at most 60,000

# %%


def show(*rows: Tensor) -> Image.Image:
    """Put rows of pictures, each (N, 1, 28, 28) in [0, 1], on one sheet, dark on white."""
    sheet = torch.cat([torch.cat(list(row.detach()[:, 0]), dim=1) for row in rows])
    image = Image.fromarray((255 * (1 - sheet)).byte().numpy())
    return image.resize((image.width * 3, image.height * 3), Image.Resampling.NEAREST)


# %% [markdown]
# ## The data
#
# Fashion-MNIST has 60,000 training pictures and 10,000 test pictures of clothes, shoes and bags, each 28 by 28 pixels.
# The models learn from the training pictures only. So the test pictures show what they can do with pictures that are
# new to them.
#
# Each row below is one class. The models never see the labels.

# %%
data = fashion_mnist()
train_images = data.train.images[:PICTURES]  # bytes from 0 to 255
test = data.test.images.float() / 255  # numbers from 0 to 1
print(tuple(train_images.shape), tuple(test.shape))
show(*(test[data.test.labels == label][:12] for label in range(len(data.classes))))

# %% [markdown]
# ## An autoencoder
#
# An autoencoder copies its input through a bottleneck. The *encoder* maps a picture to a few numbers, the *latent*. The
# *decoder* maps the latent to a picture, the *reconstruction*. The error of the reconstruction is all that the model
# learns from, so no labels are needed.
#
# Follow one picture through the layers. Where is the bottleneck?

# %%
autoencoder = Autoencoder()
values = test[:1]
for layer in [*autoencoder.encoder, *autoencoder.decoder]:
    values = layer(values)
    print(f"{type(layer).__name__:16} {tuple(values.shape)}  {values.numel():,} numbers")

# %% [markdown]
# The weights are still random, so the reconstruction is grey. Train the model, and compare.

# %%
untrained = autoencoder(test[:12])
train_autoencoder(autoencoder, train_images, EPOCHS)
with torch.no_grad():  # no learning here, so no gradients
    print(f"test loss {reconstruction_loss(autoencoder, test):.5f}")
show(test[:12], untrained, autoencoder(test[:12]))

# %% [markdown]
# ## A random latent
#
# The decoder draws a picture from any 576 numbers. So take random numbers, and it draws a new garment?
#
# **Predict first.** What do you expect to see below: garments, mixtures of garments, or noise?

# %%
random_latents = torch.randn(12, 64, 3, 3)
show(autoencoder.decoder(random_latents))

# %% [markdown]
# No garments. The decoder was trained only on latents of pictures. Are random latents different from these? Measure the
# distance from each latent to the nearest latent of 1,000 other pictures.

# %%


def nearest_distance(latents: Tensor, others: Tensor) -> float:
    """The mean distance from each of the latents (N, ...) to the nearest of the others (M, ...)."""
    return torch.cdist(latents.flatten(1), others.flatten(1)).min(dim=1).values.mean().item()


with torch.no_grad():
    known, unknown = autoencoder.encoder(test[:1000]), autoencoder.encoder(test[-1000:])
print(f"from a picture's latent to the nearest: {nearest_distance(unknown, known):.1f}")
print(f"from a random latent to the nearest:    {nearest_distance(random_latents, known):.1f}")

# %% [markdown]
# Nothing in the loss says what should be *between* the latents of pictures. So the decoder learned nothing about it.
#
# ## A variational autoencoder
#
# A VAE changes two things.
#
# 1. The encoder gives each picture a normal distribution instead of one latent. The decoder gets a random sample of it,
#    so it must draw the picture from every latent nearby.
# 2. The loss has a second term, the KL divergence. It pulls all these distributions to the same one, N(0, I), which is
#    called the prior. So the distributions overlap and leave no gaps.
#
# This VAE also has a smaller latent: 16 numbers.

# %%
vae = VAE()
train_vae(vae, train_images, EPOCHS)
reconstructions, mean, log_variance = vae(test[:12])
show(test[:12], autoencoder(test[:12]), reconstructions)

# %% [markdown]
# Second row: the autoencoder. Third row: the VAE. Its reconstructions are blurred, for two reasons: it has 16 numbers
# instead of 576, and it must tolerate noise in the latent.
#
# ## New pictures
#
# **Predict again.** Samples from N(0, I), decoded: garments or noise?

# %%
samples = torch.randn(24, 16)
decoded = vae.decoder(samples)
show(decoded[:12], decoded[12:])

# %% [markdown]
# Now there are garments, and some mixtures. The distances say why. Compare with *samples* of the distributions,
# because these are what the decoder has learned from.

# %%
with torch.no_grad():
    features = vae.encoder(test)
    means, deviations = vae.mean(features), (0.5 * vae.log_variance(features)).exp()
latents = means + deviations * torch.randn_like(means)  # one sample for each test picture
known, unknown = latents[:1000], latents[-1000:]
print(f"from a picture's latent to the nearest: {nearest_distance(unknown, known):.1f}")
print(f"from a random latent to the nearest:    {nearest_distance(samples, known):.1f}")

# %% [markdown]
# ## A path between two pictures
#
# Go from one latent to the other in a straight line, and decode the points on the way. Upper row: the autoencoder.
# Lower row: the VAE. Which of the two changes the shape, and which fades one picture into the other?

# %%


def decode_path(first: str, second: str, steps: int = 12) -> Image.Image:
    """Decode a straight path between the first test pictures of two classes, in both models."""
    ends = torch.stack([test[data.test.labels == data.classes.index(name)][0] for name in (first, second)])
    share = torch.linspace(0, 1, steps)[:, None]
    start, end = autoencoder.encoder(ends).flatten(1)
    upper = autoencoder.decoder(torch.lerp(start, end, share).reshape(steps, 64, 3, 3))
    start, end = vae.mean(vae.encoder(ends))
    return show(upper, vae.decoder(torch.lerp(start, end, share)))


decode_path("T-shirt/top", "Trouser")

# %%
decode_path("Ankle boot", "Shirt")

# %% [markdown]
# ## Cleaning
#
# Can an autoencoder remove noise? The one above copies whatever it sees, noise included. To clean, a model must be
# taught what to remove: give it a noisy picture, and compare its output with the clean one. The layers stay the same.
#
# This is a whole training loop. Find the four lines from which the model learns.

# %%
NOISE = 0.25


def add_noise(images: Tensor) -> Tensor:
    """Add normal noise to pictures in [0, 1], and keep them in this range."""
    return (images + NOISE * torch.randn_like(images)).clamp(0, 1)


denoiser = Autoencoder()
optimiser = torch.optim.Adam(denoiser.parameters(), lr=1e-3)
for epoch in range(EPOCHS):
    for rows in torch.randperm(len(train_images)).split(64):
        clean = train_images[rows].float() / 255
        optimiser.zero_grad()
        loss = functional.mse_loss(denoiser(add_noise(clean)), clean)
        loss.backward()
        optimiser.step()
    print(f"epoch {epoch + 1}: loss of the last batch {loss.item():.5f}")

# %%
noisy = add_noise(test)
with torch.no_grad():
    copied, cleaned = autoencoder(noisy), denoiser(noisy)
for name, result in {"noisy": noisy, "autoencoder": copied, "denoiser": cleaned}.items():
    print(f"{name:12} {-10 * functional.mse_loss(result, test).log10().item():.1f} dB")  # more is better
show(test[:12], noisy[:12], copied[:12], cleaned[:12])

# %% [markdown]
# ## Exercises
#
# Predict the result before you run a cell.
#
# 1. The encoder of the autoencoder ends in a ReLU, so its latents are never negative. Decode `random_latents.abs()`.
#    Are these garments?
# 2. Multiply `samples` by 0.5, and then by 3, before the VAE decodes them. What changes?
# 3. Copy `vae_loss` from `vae.py` into a cell, multiply `divergence` by 0.1, and train again. What happens to the
#    reconstructions? What happens to the samples?
# 4. Use 2 numbers instead of 16. Now you can draw a map: decode a grid of points between -2 and 2.
# 5. Use the denoiser on pictures with twice as much noise. Then train one with as much noise. Which is better?
#
# <details><summary>Answers</summary>
#
# 1. No. Latents of pictures obey many more rules than "not negative", and the random ones break them.
# 2. With 0.5 the samples are near the middle of the prior, where many garments overlap: the pictures are more blurred
#    and more alike. With 3 they are far outside, where the decoder has learned almost nothing: few are garments.
# 3. The reconstructions are sharper, because noise in the latent costs less. Samples are worse, because the
#    distributions overlap less and leave gaps. You can't have the best of both with this model.
# 4. Neighbours on the map are alike, and classes change into each other. The reconstructions are worse than with 16.
# 5. The one that was trained with as much noise. A model does well what it was trained for.
#
# </details>
#
# ## What next
#
# - `pochade study` trains more of these models, measures them, and writes a page on which you can drag through latents.
# - `pochade clean`, `find`, `compress` and `imagine` use the same ideas for your own art.
