"""Arrays in, arrays out: neighbours, components, mixtures, spectral embeddings, maps, priors. No files and no pictures."""
