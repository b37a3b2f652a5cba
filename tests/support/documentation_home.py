"""A home folder with the files that the documentation's commands name, so that they run as written."""

from pathlib import Path

from PIL import Image, ImageFilter

from tests.support.drawings import drawing

PICTURES = (  # below ~/art
    "cat.png", "owl.png", "fox.png", "harbours/quay.png", "harbours/port.png", "harbours/pier.png", "harbours/boat.png",
    *(f"2024/sketch {number:02}.png" for number in range(1, 18)),
)  # fmt: skip


def make_home(home: Path) -> None:
    """Put ~/art (24 drawings and two copies), ~/scans (two pages), ~/birds and ~/scan.jpg into a folder."""
    for seed, name in enumerate(PICTURES):
        path = home / "art" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        drawing(seed, 160).save(path)
    (home / "art" / "backup").mkdir()
    (home / "art" / "backup" / "cat.png").write_bytes((home / "art" / "cat.png").read_bytes())
    drawing(0, 160).resize((120, 120)).save(home / "art" / "cat small.jpg", quality=85)
    drawing(0, 160).rotate(2, fillcolor="white").filter(ImageFilter.GaussianBlur(1)).save(home / "scan.jpg")
    (home / "birds").mkdir()
    drawing(40, 160).save(home / "birds" / "crow.png")
    (home / "scans").mkdir()
    for seed in (30, 31):
        paper = Image.new("RGB", (240, 240), (236, 230, 214))
        paper.paste(drawing(seed, 200), (20, 20))
        paper.save(home / "scans" / f"page {seed - 29}.png")
