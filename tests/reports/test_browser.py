"""What a reader's browser does with the pages: no request to anywhere, and nothing wider than the screen."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from browser import CHROMIUM, Page, page
from thematic.build.build import build
from thematic.build.request import Words
from warehouse_drawn import ROOT, own_params, reports_of, sample_workbook

pytestmark = [
    pytest.mark.proof,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


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
    assert len(found) == len(reports_of("force", "widnes")) + 2
    return found


@pytest.mark.parametrize(("width", "dark"), [(375, True), (1280, False)])
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
    params = own_params()
    for slug, theme in params.themes.items():
        tab.open(outputs / "2021-01" / slug / "force.html", 1280)
        if "report.glossary()" not in (ROOT / "notebooks" / theme.notebook).read_text(encoding="utf-8"):
            continue
        terms = tab.ask(
            "[...[...document.querySelectorAll('dl')].at(-1).querySelectorAll('dt')].map(d => d.textContent)"
        )
        unit = {params.unit.title} if theme.areas != () else set()
        assert terms == sorted({*theme.glossary} | unit, key=str.casefold)
        used = tab.ask(
            "(() => { const all = [...document.querySelectorAll('dl')]; all.at(-1).remove(); "
            "return document.body.textContent.toLowerCase(); })()"
        )
        words = {"Significant change": "significant"}
        assert [term for term in terms if words.get(term, term.lower()) not in used] == [], slug


def test_no_page_breaks_its_own_policy(outputs: Path, tab: Page) -> None:
    for path in pages(outputs):
        tab.complaints.clear()
        tab.open(path, 1280)
        assert tab.complaints == [], path


def test_no_table_is_wider_than_its_box_at_any_width(outputs: Path, tab: Page) -> None:
    wider = (
        "[...document.querySelectorAll('.box')].filter(box => box.checkVisibility() "
        "&& box.firstElementChild.offsetWidth > box.offsetWidth + 1).map(box => box.textContent.slice(0, 40))"
    )
    for path in pages(outputs):
        tab.open(path, 375)
        tab.ask("document.querySelectorAll('details').forEach(folded => { folded.open = true; })")
        for width in (375, 620, 960, 1056, 1280):
            tab.resize(width)
            assert tab.ask(wider) == [], (path, width)


FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_contents_follow_the_reader_on_a_wide_screen(outputs: Path, tab: Page) -> None:
    tab.open(outputs / "2021-01" / "domestic-abuse" / "force.html", 1280)
    for part in ("Outcomes", "Across the force"):
        tab.ask(f"[...document.querySelectorAll('h2, h3')].find(h => h.textContent == '{part}').scrollIntoView()")
        tab.ask(FRAME)
        assert tab.ask("document.querySelector('.unfolded').getBoundingClientRect().top") >= 0
        current = "[...document.querySelectorAll('.unfolded a:target-current')].map(a => a.textContent)"
        assert tab.ask(current) == [part]


def test_contents_fold_away_on_a_phone(outputs: Path, tab: Page) -> None:
    tab.open(outputs / "2021-01" / "domestic-abuse" / "force.html", 375)
    links = "[...document.querySelectorAll('nav:has(summary) a')].filter(a => a.checkVisibility()).length"
    assert tab.ask(links) == 0
    tab.ask("document.querySelector('nav summary').click()")
    assert tab.ask(links) > 5


def test_the_headers_of_a_long_table_stay(outputs: Path, tab: Page) -> None:
    tab.open(outputs / "2021-01" / "domestic-abuse" / "force.html", 1280)
    tab.ask("(() => { document.querySelector('figure details').open = true; })()")
    tab.ask("document.querySelectorAll('figure .box tbody tr')[12].scrollIntoView()")
    head, row = (
        tab.ask(f"document.querySelector('figure .box {part}').getBoundingClientRect().top")
        for part in ("thead th", "tbody tr")
    )
    assert row < -300
    assert 0 <= head < 2


def test_the_numbers_of_a_chart_are_downloaded_without_script_or_network(
    outputs: Path, tab: Page, tmp_path: Path
) -> None:
    tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tab.open(outputs / "2021-01" / "domestic-abuse" / "force.html", 1280)
    tab.requests.clear()
    tab.ask("document.querySelector('figure .download a').click()")
    file = tmp_path / "cheshire-constabulary_domestic-abuse_force_2021-01_official-sensitive_figure-1.csv"
    assert wait_for(file), list(tmp_path.iterdir())
    assert file.read_bytes().startswith(b"\xef\xbb\xbfMonth,")
    shown = tab.ask(
        "[...document.querySelectorAll('figure tbody tr:first-child > *')].slice(0, 2).map(c => c.textContent)"
    )
    first = file.read_text(encoding="utf-8-sig").splitlines()[1].split(",")
    assert first[:2] == [cell.replace(",", "") for cell in shown]
    assert [url for url in tab.requests if not url.startswith("data:")] == []


def wait_for(file: Path) -> bool:
    """Whether the file is there and whole within five seconds."""
    for _ in range(50):
        if file.is_file() and file.stat().st_size:
            return True
        time.sleep(0.1)
    return False


def test_paper_shows_whole_tables_and_no_controls(outputs: Path, tab: Page) -> None:
    tab.open(outputs / "2021-01" / "domestic-abuse" / "force.html", 794)
    tab.call("Emulation.setEmulatedMedia", media="print")
    unseen = "[...document.querySelectorAll('nav, summary, .download, .skip')].filter(e => e.checkVisibility()).length"
    cut = "[...document.querySelectorAll('.table .box')].filter(e => e.scrollHeight > e.clientHeight + 1).length"
    assert (tab.ask(unseen), tab.ask(cut)) == (0, 0)
    tab.call("Emulation.setEmulatedMedia", media="")


def test_links_in_the_catalogue_lead_to_files(outputs: Path, tab: Page) -> None:
    tab.open(outputs / "index.html", 1280)
    links = tab.ask("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    files = [link for link in links if not link.startswith("#")]
    assert len(files) >= len(reports_of("force", "widnes"))
    assert [link for link in files if not (outputs / link).is_file()] == []
