"""The lesson: an autoencoder on Fashion-MNIST, where it fails, and what a variational autoencoder changes."""
