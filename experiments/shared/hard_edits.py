"""Edits that leave little of a picture, or put much around it: measured and stated, without a goal."""

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from experiments.shared.white_paper import WHITE

CROP = 0.3  # of each side that is cut off
DESKTOP, TITLE_BAR = (58, 66, 80), (214, 217, 222)
TABLE = (112, 86, 64)
PRINT_CORNERS = ((0.10, 0.08), (0.93, 0.04), (0.97, 0.95), (0.04, 0.90))  # of the paper, in shares of the photo's sides


def crop_heavily(picture: Image.Image) -> Image.Image:
    """Cut 30 % off each side."""
    left, top = round(picture.width * CROP), round(picture.height * CROP)
    return picture.crop((left, top, max(left + 1, picture.width - left), max(top + 1, picture.height - top)))


def simulate_screenshot(picture: Image.Image) -> Image.Image:
    """Show a picture in a window with a title bar, on a dark desktop."""
    edge = max(picture.size)
    bar, border, around = round(edge * 0.07), max(1, round(edge * 0.01)), round(edge * 0.12)
    window = ImageOps.expand(picture, (border, bar, border, border), TITLE_BAR)
    for number in range(3):  # buttons
        left = window.width - (number + 1) * bar
        ImageDraw.Draw(window).ellipse((left, bar // 4, left + bar // 2, bar // 4 + bar // 2), (150, 90, 90))
    return ImageOps.expand(window, (around, around // 2, around, 2 * around), DESKTOP)


def photograph_print(picture: Image.Image) -> Image.Image:
    """Photograph a print that lies on a table: in perspective, warm light that fades, noise, JPEG quality 70."""
    paper = ImageOps.expand(picture, round(max(picture.size) * 0.06), WHITE)
    width, height = round(paper.width * 1.15), round(paper.height * 1.15)
    corners = np.array([[0, 0], [paper.width, 0], [paper.width, paper.height], [0, paper.height]], np.float32)
    seen = np.array(PRINT_CORNERS, np.float32) * (width, height)
    perspective = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    photo = cv2.warpPerspective(
        np.asarray(paper), perspective, (width, height), flags=cv2.INTER_LINEAR, borderValue=TABLE
    )
    return _develop(cv2.GaussianBlur(photo, (0, 0), 0.7).astype(np.float32))


def _develop(photo: np.ndarray) -> Image.Image:
    """Tint, darken towards a corner, add noise, and encode."""
    height, width = photo.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    light = 1 - 0.3 * (rows / height + columns / width) / 2
    noise = np.random.default_rng(0).normal(0, 5, photo.shape)
    pixels = photo * light[..., None] * np.array([1, 0.96, 0.88]) + noise
    buffer = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=70)
    return Image.open(buffer).convert("RGB")


def collage(left: Image.Image, right: Image.Image) -> Image.Image:
    """Put two pictures beside each other on white, equally high."""
    height = max(left.height, right.height)
    fitted = [
        picture.resize((max(1, round(picture.width * height / picture.height)), height)) for picture in (left, right)
    ]
    gap = round(height * 0.04)
    paper = Image.new("RGB", (fitted[0].width + gap + fitted[1].width, height), WHITE)
    paper.paste(fitted[0], (0, 0))
    paper.paste(fitted[1], (fitted[0].width + gap, 0))
    return paper


HARD_EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "crop 30 %": crop_heavily,
    "screenshot": simulate_screenshot,
    "photo of a print": photograph_print,
}
