"""Serves every stage that hands a file on: what the file is called, so that no two are taken for one another."""

from __future__ import annotations

import re
import unicodedata


def handed_on(force: str, theme: str, area: str, period: str, marking: str) -> str:
    """The name without its suffix: `anyshire-police_rape_widnes_2021-01_official`.

    Theme and area are slugs, force and marking words; what says nothing in Latin letters is left out.
    """
    parts = [slug(force), theme, area, period, slug(marking)]
    return "_".join(part for part in parts if part)


def slug(words: str) -> str:
    """The words in small Latin letters and digits with hyphens between them; "" where there are none."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    return "-".join(re.findall(r"[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each))))
