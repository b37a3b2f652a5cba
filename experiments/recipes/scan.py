"""Makes a bad scan of a picture for the demonstration (mirrored, crooked, tinted, noisy): `scan.py PICTURE TO`."""

import sys

from PIL import Image, ImageOps

from experiments.bench.edits import drawing, scanned

if __name__ == "__main__":
    scanned(ImageOps.mirror(drawing(Image.open(sys.argv[1])))).save(sys.argv[2])
