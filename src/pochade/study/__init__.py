"""The Fashion-MNIST study: an autoencoder, where it breaks, and the VAE that mends it, told as a lesson."""
