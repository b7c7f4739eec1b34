"""What a method of a report does not take is refused in a sentence that says what it takes, and where else to ask."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest

from drawn import edition, job
from thematic.core.errors import ArgumentsRefused
from thematic.execution.production import produce
from thematic.report import Report, open_report
from thematic.report.calls import checked_call
from warehouse_drawn import own_params

METHODS = [name for name, _ in inspect.getmembers(Report, inspect.isfunction) if not name.startswith("_")]
RECIPE = "prints a cell that draws it, to copy and to change (docs/a-chart-of-my-own.md)."
OWN = "A chart that looks as you like is drawn with report.chart (docs/a-chart-of-my-own.md)."
PLACES = 'A report is of the area in its first cell; report.table("MEASURE", by=["lpu", "force"]) has the others.'
MONTHS = 'A report is of the period in its first cell; report.table("MEASURE", by="month") has the months up to it.'


@pytest.fixture(scope="module")
def report() -> Report:
    """A report that knows its params, and has no figures: no call may come so far as to look for one."""
    made = object.__new__(Report)
    made.data = SimpleNamespace(params=own_params())  # type: ignore[assignment]
    return made


@pytest.mark.parametrize("name", METHODS)
def test_every_method_refuses_a_keyword_that_it_does_not_take(report: Report, name: str) -> None:
    with pytest.raises(ArgumentsRefused, match=rf"^report\.{name} takes no thickness=\. It (takes|can be given) "):
        getattr(report, name)(thickness=3)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda r: r.months("x", color="red"), f'report.months takes no color=. It takes measure alone. report.recipe("months", ...) {RECIPE}'),
        (lambda r: r.funnel("x", Figsize=(3, 4)), f"report.funnel takes no Figsize=. It takes measure alone. {OWN}"),
        (lambda r: r.table("x", area="Widnes"), f"report.table takes no area=. It takes measures, and can be given by, title and only. {PLACES}"),
        (lambda r: r.says("x", lpu="Widnes", unit="Crewe"), f"report.says takes no lpu= and unit=. It can be given measures. {PLACES}"),
        (lambda r: r.rates("x", period="2020-12"), f"report.rates takes no period=. It takes measure alone. {MONTHS}"),
        (lambda r: r.breakdown("x", by="y", titel="z"), "report.breakdown takes no titel=. It takes measure and by, and can be given top and title. Did you mean 'title'?"),
        (lambda r: r.table(measure="x"), "report.table takes no measure=. It takes measures, and can be given by, title and only. Did you mean 'measures'?"),
        (lambda r: r.says(measures="x"), "report.says takes no measures=. It can be given measures. Write the values without the name."),
        (lambda r: r.map("x", qwerty=1), "report.map takes no qwerty=. It takes measure alone."),
        (lambda r: r.cover(area="x"), f"report.cover takes no area=. It takes nothing: leave the brackets empty. {PLACES}"),
        (lambda r: r.breakdown("x"), "report.breakdown was not given by. It takes measure and by, and can be given top and title."),
        (lambda r: r.counts("x", {}), "report.counts was not given period and area. It takes title, counts, period= and area=, and can be given by= and of=."),
        (lambda r: r.months("x", "y"), "report.months takes 1 value without a name, not 2. It takes measure alone."),
        (lambda r: r.cover("x"), "report.cover takes no values without a name, not 1. It takes nothing: leave the brackets empty."),
        (lambda r: r.months("x", measure="x"), "report.months was given measure twice. It takes measure alone."),
        (lambda r: r.months(["x", "y"]), "report.months takes one text in quotation marks as measure, and not list."),
        (lambda r: r.says("x", None), "report.says takes one text in quotation marks as measures, and not NoneType."),
        (lambda r: r.table(3), "report.table takes a text in quotation marks, or a list of them as measures, and not int."),
        (lambda r: r.breakdown("x", "y", top="3"), "report.breakdown takes a number as top, and not str."),
        (lambda _: open_report("a", "2021-01"), "open_report was not given area. It takes theme, period and area, and can be given audience."),
        (lambda _: open_report("a", "2021-01", "force", colour=1), "open_report takes no colour=. It takes theme, period and area, and can be given audience."),
        (lambda _: open_report("a", 202101, "force"), "open_report takes one text in quotation marks as period, and not int."),
    ],
)  # fmt: skip
def test_the_sentence_says_what_can_be_given_and_where_the_rest_is_done(report: Report, call: Any, said: str) -> None:
    with pytest.raises(ArgumentsRefused) as refused:
        call(report)
    assert str(refused.value) == said


@pytest.mark.parametrize("name", [*METHODS, "open_report"])
def test_help_and_completion_see_the_method_as_it_is_written(name: str) -> None:
    method = open_report if name == "open_report" else getattr(Report, name)
    assert method.__doc__ and name in inspect.getsource(method)
    assert "options" not in inspect.signature(method).parameters


def test_a_mistake_within_a_method_stays_what_it_is() -> None:
    added = checked_call("report.added")(lambda first, second: first + second)
    assert added(1, second=2) == 3
    with pytest.raises(TypeError, match="unsupported operand"):
        added(1, "2")


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_a_batch_says_the_sentence_without_a_traceback(audience: str) -> None:
    calls = "from thematic.report import open_report\nopen_report('a', period, area, audience, color='red')"
    (first, _), failure = calls.split("\n"), produce(job(calls, of=edition(audience=audience))).failure
    assert failure is not None
    said = "open_report takes no color=. It takes theme, period and area, and can be given audience."
    assert failure.message == f"cell [2] `{first}`: ArgumentsRefused: {said}"


def test_a_target_line_is_said_to_be_drawn_or_declared(report: Report) -> None:
    with pytest.raises(ArgumentsRefused, match=r"by ax\.axvline or ax\.axhline; built-in charts draw a target that is"):
        report.chart(print, title="T", alt="A", target=15)  # type: ignore[call-arg]
