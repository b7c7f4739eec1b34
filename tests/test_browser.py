"""What a reader's browser does with the pages: no request to anywhere, and nothing wider than the screen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from browser import CHROMIUM, Page, page
from support import own_params, sample_workbook
from thematic.build import build
from thematic.words import Words

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    words = Words(["ALL"], lpu="force,widnes", format="html")
    build(workbook, words, date(2026, 1, 1), lambda _: None, lambda _: lambda *_: None)
    return workbook.root / "outputs"


@pytest.fixture(scope="module")
def tab():
    with page() as opened:
        yield opened


def pages(outputs: Path) -> list[Path]:
    found = sorted(outputs.rglob("*.html"))
    assert len(found) == 2 * len(own_params().themes) + 1
    return found


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_asks_for_anything_or_is_wider_than_the_screen(
    outputs: Path, tab: Page, width: int, dark: bool
) -> None:
    for path in pages(outputs):
        tab.requests.clear()
        tab.open(path, width, dark=dark)
        outside = [url for url in tab.requests if not url.startswith((path.as_uri(), "data:"))]
        assert outside == [], path
        assert tab.ask("document.documentElement.scrollWidth") <= width, path
        assert tab.ask("document.querySelectorAll('h1').length") == 1, path
        assert tab.ask("document.documentElement.lang") == "en-GB", path


def test_every_chart_is_drawn_and_every_table_has_its_caption(outputs: Path, tab: Page) -> None:
    for path in pages(outputs):
        tab.open(path, 1280)
        hidden = (
            "[...document.querySelectorAll('figure svg')].filter(s => s.getBoundingClientRect().width > 100).length"
        )
        assert tab.ask(hidden) == tab.ask("document.querySelectorAll('figure').length"), path
        assert tab.ask(
            "[...document.querySelectorAll('table')].every(t => t.caption && t.caption.textContent.trim())"
        ), path


def test_the_glossary_explains_only_terms_that_the_report_uses(outputs: Path, tab: Page) -> None:
    for slug, theme in own_params().themes.items():
        tab.open(outputs / "2021-01" / slug / "force.html", 1280)
        terms = tab.ask(
            "[...[...document.querySelectorAll('dl')].at(-1).querySelectorAll('dt')].map(d => d.textContent)"
        )
        assert terms == theme.glossary
        used = tab.ask(
            "(() => { const all = [...document.querySelectorAll('dl')]; all.at(-1).remove(); "
            "return document.body.textContent.toLowerCase(); })()"
        )
        assert [term for term in terms if term.lower() not in used] == [], slug


def test_links_in_the_catalogue_lead_to_files(outputs: Path, tab: Page) -> None:
    tab.open(outputs / "index.html", 1280)
    links = tab.ask("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    files = [link for link in links if not link.startswith("#")]
    assert len(files) >= 2 * len(own_params().themes)
    assert [link for link in files if not (outputs / link).is_file()] == []
