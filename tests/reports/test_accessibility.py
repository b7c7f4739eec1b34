"""What assistive technology, a keyboard and a small screen make of every kind of page, in a real browser.

With THEMATIC_PAGES every page under that folder is looked at; with THEMATIC_PICTURES pictures are kept there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import page_tools
from browser import CHROMIUM, Page, page
from pages import GIVEN, pages

pytestmark = [
    pytest.mark.proof,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
needs_npm = pytest.mark.skipif(not page_tools.READY, reason="`npm ci` has not been run in tests/")

PICTURES = "THEMATIC_PICTURES"
BAD_PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Bad</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>a { outline: none } .under { position: absolute; top: 0; width: 50em; height: 3em; background: #fff }</style></head>
<body><a href="#a">Under</a><div class="under">Over</div><p inert><button>Sly</button></p>
<main id="main"><h1>Bad</h1><div style="overflow-x:auto"><table style="width:90em"><tr><td>Wide</table></div>
<table style="display:block"><tr><td>Block</table><img src="https://example.invalid/x.png">
<select><option>S</option></select>
<svg width="200" height="60"><text x="5" y="30" fill="#000">One</text><text x="20" y="30" fill="#000">Two</text>
<text x="190" y="50" fill="#000">Long</text><text x="100" y="30" fill="#999">Faint</text></svg></main></body></html>"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE, SMALLEST = 1280, 375, 320
WIDTHS = (SMALLEST, PHONE, 768, DESKTOP, 1920)
LOOKS = {f"{width}-{scheme}": (width, scheme == "dark") for width in (DESKTOP, PHONE) for scheme in ("light", "dark")}

each_look = pytest.mark.parametrize("look", LOOKS)

Pages = tuple[Path, list[Path]]
"""A folder, and the pages under it."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return pages(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with page() as opened:
        opened.before_each((page_tools.HERE / "in_page.js").read_text(encoding="utf-8"))
        if page_tools.READY:
            opened.before_each(page_tools.axe())
        yield opened


def assert_nothing_wrong(found: Pages, look: Callable[[Path], list[str]]) -> None:
    """Fails with all that the look finds wrong with the pages."""
    root, paths = found
    faults = [f"{path.relative_to(root).as_posix()}: {fault}" for path in paths for fault in look(path)]
    assert not faults, "\n".join([f"{len(faults)} faults", *faults])


def asked(tab: Page, function: str, *given: object) -> list[str]:
    words: list[str] = tab.ask(f"inPage.{function}({', '.join(map(json.dumps, given))})")
    return words


def unfolded(tab: Page, path: Path, look: str) -> None:
    width, dark = LOOKS[look]
    tab.open(path, width, dark=dark)
    asked(tab, "unfold")


def one_of_each_kind(found: Pages) -> Pages:
    """Of each folder its catalogue, the page over all themes and a report; all where a folder of pages was given."""
    root, paths = found
    first: dict[tuple[str, str], Path] = {}
    for path in paths:
        folder, *parts = path.relative_to(root).parts
        kind = "report" if len(parts) == len(("period", "theme", "area")) else "catalogue"
        first.setdefault((folder, "at a glance" if "performance-at-a-glance" in parts else kind), path)
    return root, paths if os.environ.get(GIVEN) else list(first.values())


def in_turn(look: str, found: Pages, always: tuple[str, ...]) -> Pages:
    """One of each kind in these folders in every look, each other page in one; all where a folder of pages was given."""
    root, paths = found
    if os.environ.get(GIVEN):
        return found
    _, kinds = one_of_each_kind(found)
    kinds = [path for path in kinds if path.relative_to(root).parts[0] in always]
    others = [path for path in paths if path not in kinds]
    return root, [*kinds, *others[list(LOOKS).index(look) :: len(LOOKS)]]


def in_either_scheme(look: str, found: Pages) -> Pages:
    """Each page in both widths, light in one and dark in the other; all where a folder of pages was given."""
    root, paths = found
    width, dark = LOOKS[look]
    return found if os.environ.get(GIVEN) else (root, paths[(width == PHONE) ^ dark :: 2])


def heard(tab: Page, path: Path, width: int) -> list[str]:
    """Requests, complaints of the browser, and whether the page is wider than the screen."""
    tab.requests.clear()
    tab.complaints.clear()
    tab.open(path, width)
    asked(tab, "unfold")
    outside = [url for url in tab.requests if not url.startswith((path.as_uri(), "data:"))]
    wide = tab.ask("document.documentElement.scrollWidth")
    return [*outside, *tab.complaints, *([f"{wide} pixels wide"] if wide > width else [])]


def walked(tab: Page, path: Path, width: int) -> list[str]:
    """What is wrong with the way of the Tab key through the page."""
    tab.open(path, width)
    faults: list[str] = []
    for _ in range(10 + tab.ask("document.querySelectorAll('*').length")):
        tab.press("Tab")
        at = tab.ask("inPage.focused()")
        if at is None:
            return [*faults, *(f"{name}: passed over" for name in asked(tab, "passedOver"))]
        faults += [f"{at['name']}: {fault}" for fault in at["wrong"]]
    return [*faults, "the focus never leaves the page"]


def test_the_checks_find_what_is_wrong(tab: Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(BAD_PAGE, encoding="utf-8")
    tab.open(bad, PHONE)
    assert asked(tab, "misplaced") == ["'Long' beyond the edge", "'One' over 'Two'"]
    assert asked(tab, "faint") == ["'Faint' 2.85:1"]
    assert asked(tab, "cut") == ["table Wide: wider than the page", "table Wide: cut by its box"]
    assert asked(tab, "unsaid") == ["table Block", "tbody Block", "tr Block", "td Block"]
    request, complaint, wide = heard(tab, bad, PHONE)
    assert request == "https://example.invalid/x.png" and "Content Security Policy" in complaint
    assert wide.endswith("pixels wide")
    hidden, unmarked, passed_over = walked(tab, bad, PHONE)
    assert (hidden, unmarked) == ("a Under: hidden or out of sight", "a Under: no mark of the focus")
    assert passed_over == "button Sly: passed over"


@needs_npm
def test_the_checkers_find_what_is_wrong(tab: Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(BAD_PAGE, encoding="utf-8")
    tab.open(bad, PHONE)
    assert {fault.split(":")[0] for fault in asked(tab, "violations", TAGS)} >= {"image-alt", "select-name", "region"}
    assert any("(wcag/h37" in fault for fault in page_tools.html_validate([bad]))


@needs_npm
@each_look
def test_axe_finds_nothing(found: Pages, tab: Page, look: str) -> None:
    def violations(path: Path) -> list[str]:
        unfolded(tab, path, look)
        return asked(tab, "violations", TAGS)

    assert_nothing_wrong(in_turn(look, found, always=("internal", "own")), violations)


@each_look
def test_text_in_drawings_has_room_and_stands_out(found: Pages, tab: Page, look: str) -> None:
    def unreadable(path: Path) -> list[str]:
        unfolded(tab, path, look)
        return [*asked(tab, "misplaced"), *asked(tab, "faint")]

    assert_nothing_wrong(in_either_scheme(look, found), unreadable)


def test_nothing_is_cut_at_any_width_and_tables_stay_tables(found: Pages, tab: Page) -> None:
    def cut(path: Path) -> list[str]:
        tab.open(path, SMALLEST)
        asked(tab, "unfold")
        faults = []
        for width in WIDTHS:
            tab.resize(width)
            faults += [f"{width}: {fault}" for what in ("cut", "unsaid") for fault in asked(tab, what)]
        return faults

    assert_nothing_wrong(one_of_each_kind(found), cut)


@pytest.mark.parametrize("width", [SMALLEST, DESKTOP])
def test_a_page_asks_for_nothing_and_its_policy_stops_nothing_of_its_own(found: Pages, tab: Page, width: int) -> None:
    assert_nothing_wrong(found, lambda path: heard(tab, path, width))


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(found: Pages, tab: Page, width: int) -> None:
    assert_nothing_wrong(one_of_each_kind(found), lambda path: walked(tab, path, width))


def test_the_first_key_leads_past_the_header(found: Pages, tab: Page) -> None:
    def skip(path: Path) -> list[str]:
        tab.open(path, DESKTOP)
        tab.press("Tab")
        tab.press("Enter")
        at = tab.ask("document.activeElement.localName")
        return [] if at == "main" else [f"Tab and Enter lead to {at}"]

    assert_nothing_wrong(found, skip)


@needs_npm
def test_every_page_is_valid_html(found: Pages) -> None:
    faults = page_tools.html_validate(found[1])
    assert not faults, "\n".join([f"{len(faults)} faults", *faults])


@needs_npm
def test_lighthouse_gives_a_report_and_the_catalogue_full_marks(found: Pages) -> None:
    root, paths = found
    catalogue = next(path for path in paths if path.name == "index.html")
    report = next(path for path in paths if path.name == "force.html")
    with page_tools.served(root) as address:
        for path in (catalogue, report):
            scores, lost = page_tools.lighthouse(f"{address}/{path.relative_to(root).as_posix()}")
            assert (scores, lost) == (dict.fromkeys(page_tools.CATEGORIES, 100), []), path


@pytest.mark.skipif(not os.environ.get(PICTURES), reason=f"{PICTURES} names no folder to keep pictures in")
@each_look
def test_a_picture_of_each_kind_of_page_is_kept(found: Pages, tab: Page, look: str) -> None:
    root, paths = one_of_each_kind(found)
    width, dark = LOOKS[look]
    for path in paths:
        tab.open(path, width, dark=dark)
        name = "-".join(path.relative_to(root).with_suffix("").parts)
        target = Path(os.environ[PICTURES]) / f"{name}-{look}.webp"
        tab.picture(target)
        assert target.stat().st_size > 10_000, target
