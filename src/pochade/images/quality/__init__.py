"""Metrics of how close two pictures are: SSIMULACRA2 and PSNR."""
