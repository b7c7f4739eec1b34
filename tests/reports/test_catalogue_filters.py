"""What a reader does with the catalogue in a browser, from a file: filters by keyboard and by address, and search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from browser import CHROMIUM, Page, page
from placed import RISE, fail, put
from thematic.outputs.catalogue import INDEX, read_catalogue, write_catalogue

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two periods; in the latest noise and alarm for the force, north and wéstern, the last alarm failed."""
    folder = tmp_path_factory.mktemp("a folder") / "reports & more"
    for area in ("force", "north", "wéstern"):
        put(folder, area, "noise", indicator=RISE)
    put(folder, "force", "alarm", audience="public")
    put(folder, "north", "alarm")
    fail(folder, "wéstern", "alarm")
    put(folder, "force", "noise", period="2020-12")
    put(folder, "force", "alarm", period="2020-12")
    write_catalogue(folder, read_catalogue(folder, lambda report: report.area != "north"))
    return folder


@pytest.fixture(scope="module")
def tab():
    with page() as opened:
        yield opened


@dataclass(frozen=True)
class Address:
    """A page, and what stands after it in the address."""

    page: Path
    after: str

    def as_uri(self) -> str:
        return self.page.as_uri() + self.after


def visit(tab: Page, path: Path, after: str = "") -> None:
    """Opens the page anew, even where only what stands after it in the address differs."""
    tab.call("Page.navigate", url="about:blank")
    tab.open(Address(path, after), 1280)


def arrow_down(tab: Page) -> None:
    for kind in ("keyDown", "keyUp"):
        tab.call("Input.dispatchKeyEvent", type=kind, key="ArrowDown", code="ArrowDown", windowsVirtualKeyCode=40)


def reach(tab: Page, name: str) -> None:
    """Goes on by Tab until the focus is on the element of that id."""
    for _ in range(20):
        if tab.ask("document.activeElement.id") == name:
            return
        tab.press("Tab")
    raise AssertionError(f"the keyboard does not reach {name}")


def said(tab: Page) -> str:
    return tab.ask("document.getElementById('count').textContent")


def shown(tab: Page) -> list[str]:
    """The reports in sight: area and theme."""
    return tab.ask(
        "[...document.querySelectorAll('td[data-state]')].filter(c => [...c.children].some(e => e.checkVisibility()))"
        ".map(c => c.closest('tr').dataset.area + ' ' + c.closest('table').tHead.rows[0].cells[c.cellIndex].dataset.theme)"
    )


def test_everything_is_shown_at_first(out, tab):
    visit(tab, out / INDEX)
    assert said(tab) == "6 reports"
    assert len(shown(tab)) == 6


def test_a_filter_is_set_by_keyboard_announced_and_kept_in_the_address(out, tab):
    visit(tab, out / INDEX)
    reach(tab, "theme")
    arrow_down(tab)
    assert shown(tab) == ["force alarm", "north alarm", "wéstern alarm"]
    assert said(tab) == "3 of 6 reports shown"
    assert tab.ask("document.getElementById('count').getAttribute('role')") == "status"
    assert tab.ask("location.hash") == "#theme=alarm"
    reach(tab, "state")
    arrow_down(tab)
    assert shown(tab) == ["force alarm"]
    assert tab.ask("location.hash") == "#theme=alarm&state=up+to+date"
    reach(tab, "clear")
    tab.press("Enter")
    assert said(tab) == "6 reports"
    assert tab.ask("location.hash") == ""
    assert tab.ask("document.activeElement.id") == "q"


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("#area=north", ["north alarm", "north noise"]),
        ("#theme=noise&area=north", ["north noise"]),
        ("?theme=noise&area=north", ["north noise"]),
        ("#audience=public", ["force alarm"]),
        ("#state=failed", ["wéstern alarm"]),
        ("#state=out+of+date&q=noise", ["north noise"]),
        ("#q=Significant%20increase%20FORCE", ["force noise"]),
        ("#q=western", ["wéstern alarm", "wéstern noise"]),
        ("#q=nothing+like+it", []),
        ("#theme=unknown&area=north", ["north alarm", "north noise"]),
    ],
)
def test_the_address_restores_the_filters(out, tab, address, left):
    visit(tab, out / INDEX, address)
    assert shown(tab) == left
    assert said(tab) == f"{len(left)} of 6 reports shown"


def test_what_is_typed_is_searched_at_once_and_enter_asks_for_nothing(out, tab):
    visit(tab, out / INDEX)
    reach(tab, "q")
    tab.call("Input.insertText", text="north al")
    tab.press("Enter")
    assert shown(tab) == ["north alarm"]
    assert tab.ask("location.hash") == "#q=north+al"


def test_filters_that_began_in_a_query_stay_cleared(out, tab):
    visit(tab, out / INDEX, "?theme=noise")
    reach(tab, "clear")
    tab.press("Enter")
    visit(tab, out / INDEX, tab.ask("location.search + location.hash"))
    assert said(tab) == "6 reports"


def test_filters_go_along_to_another_period(out, tab):
    visit(tab, out / INDEX, "#theme=noise")
    assert tab.ask("document.querySelector('a.earlier').href").endswith("/2020-12/index.html#theme=noise")
    visit(tab, out / "2020-12" / INDEX, "#theme=noise")
    assert said(tab) == "1 of 2 reports shown"


def test_the_skip_link_leaves_the_filters_as_they_are(out, tab):
    visit(tab, out / INDEX, "#theme=noise")
    tab.ask("document.querySelector('.skip').click()")
    assert said(tab) == "3 of 6 reports shown"


def test_without_script_everything_is_shown_and_there_are_no_filters(out, tab):
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(out / INDEX, 1280)
        assert len(shown(tab)) == 6
        assert tab.ask("document.getElementById('filters').checkVisibility()") is False
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_asks_for_anything_or_is_wider_than_the_screen(out, tab, width):
    for path in (out / INDEX, out / "2020-12" / INDEX):
        tab.requests.clear()
        tab.open(path, width)
        assert [url for url in tab.requests if not url.startswith((path.as_uri(), "data:"))] == []
        assert tab.ask("document.documentElement.scrollWidth") <= width
        assert len(shown(tab)) == len(tab.ask("[...document.querySelectorAll('td[data-state]')].map(c => '')"))
