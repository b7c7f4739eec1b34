"""Takes the pictures of docs/images from reports: `python tests/support/take_pictures.py outputs/2021-01 docs/images widnes`.

Of the force's reports and the named unit's: the page at 1280 pixels, how it begins on a phone, and the pages of the PDF
side by side; and the catalogue of the period. Of the one that the README shows, and of the catalogue, the dark page too. Needs Chromium, and pdftoppm for the PDFs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from browser import Page, page

LOOKS = {"": (1280, False, 0.5, None), "-dark": (1280, True, 0.5, 2400), "-phone": (375, False, 1, 2400)}
"""What is added to the name: the width, whether it is dark, how much smaller the picture is, and how far down it goes."""

TOP = "hate-crime-force"
"""The report whose first screen the README shows."""

CATALOGUE = "catalogue"

TOP_HEIGHT, QUALITY = 1500, 35
PDF_DPI, PAGES_ACROSS, GAP = 50, 4, 12


def main(reports: Path, images: Path, unit: str) -> None:
    images.mkdir(parents=True, exist_ok=True)
    with page() as tab:
        take(tab, reports / "index.html", images, CATALOGUE)
        for theme in sorted(folder for folder in reports.iterdir() if folder.is_dir()):
            for area in ("force", unit):
                if not (theme / f"{area}.html").is_file():  # a theme for the force alone
                    continue
                name = f"{theme.name}-{area}"
                take(tab, theme / f"{area}.html", images, name)
                side_by_side(theme / f"{area}.pdf", images / f"{name}-pdf.webp")


def take(tab: Page, path: Path, images: Path, name: str) -> None:
    for look, (width, dark, scale, height) in LOOKS.items():
        if dark and name not in (TOP, CATALOGUE):
            continue
        tab.open(path.resolve(), width, dark=dark)
        more = {"height": height} if height else {}
        tab.picture(images / f"{name}{look}.webp", scale=scale, quality=QUALITY, **more)
        if (name, look) == (TOP, ""):
            tab.picture(images / f"{name}.png", height=TOP_HEIGHT)


def side_by_side(pdf: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", str(PDF_DPI), "-png", str(pdf), f"{folder}/page"], check=True)
        pages = [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("page*.png"))]
    width, height = pages[0].width + GAP, pages[0].height + GAP
    rows = -(-len(pages) // PAGES_ACROSS)
    sheet = Image.new("RGB", (PAGES_ACROSS * width + GAP, rows * height + GAP), "#8a8a8a")
    for number, picture in enumerate(pages):
        down, across = divmod(number, PAGES_ACROSS)
        sheet.paste(picture, (GAP + across * width, GAP + down * height))
    sheet.save(target, quality=QUALITY)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
