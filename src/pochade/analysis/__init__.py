"""Arrays in, arrays out: neighbours, PCA, mixtures, spectral clustering, t-SNE, registration, active learning."""
