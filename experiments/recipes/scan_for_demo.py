"""Makes a bad scan of a picture for the demonstration: mirrored, crooked, tinted and noisy.

python -m experiments.recipes.scan_for_demo PICTURE TARGET
"""

import sys

from PIL import Image, ImageOps

from experiments.shared.edits import simulate_scan
from experiments.shared.white_paper import on_white

if __name__ == "__main__":
    simulate_scan(ImageOps.mirror(on_white(Image.open(sys.argv[1])))).save(sys.argv[2])
