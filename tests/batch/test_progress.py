"""What a build says: lines where no one watches, a bar where someone does, and a total that says what it took."""

import io

import pytest

from drawn import edition
from thematic.build.build import Outcome
from thematic.build.log import total_line
from thematic.build.progress import summary, telling
from thematic.execution.batch import Result
from thematic.outputs.jobs import Failure

CRASH = Failure("crashed", "its process was ended by SIGSEGV (tried twice)")


def result(area, failure=None, **rest):
    return Result(edition(area), failure, 1.25, **rest)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def told(stream):
    with telling(stream) as teller:
        tell = teller.begin(3)
        for area in ("force", "north"):
            tell(edition(area), None)
        tell(edition("north"), result("north", CRASH))
        tell(edition("south"), None)
        tell(edition("force"), result("force", tries=2))
        tell(edition("south"), result("south"))
    return stream.getvalue()


def test_a_line_for_each_report_where_no_one_watches():
    assert told(io.StringIO()).splitlines() == [
        "Making 3 reports",
        "1/3 2021-01/noise/north: crashed: its process was ended by SIGSEGV (tried twice)",
        "2/3 2021-01/noise/force (1.2 s, second try)",
        "3/3 2021-01/noise/south (1.2 s)",
    ]


def test_a_terminal_shows_what_runs_what_is_done_what_has_failed_and_the_time_left(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    shown = told(Terminal())
    assert "2021-01/noise/north: crashed: its process was ended by SIGSEGV (tried twice)\n" in shown
    assert "1 failed; " in shown
    assert "3/3" in shown
    assert "0:00:00" in shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(2.0, "1.0 a second"), (20.0, "0.1 a second"), (20.1, "one every 10.1 s"), (100.0, "one every 50.0 s")],
)
def test_slow_reports_are_not_said_to_be_none_a_second(seconds, said):
    assert total_line([result("a"), result("b")], 0, seconds) == f"2 reports: 2 made, in {seconds:.1f} s ({said})."


@pytest.mark.parametrize(
    ("results", "up_to_date", "said"),
    [
        ([result("force", memory=812_400_000)], 0, "1 report: 1 made, in 210.3 s (at most 812 MB of memory for one)."),
        ([result("force")], 0, "1 report: 1 made, in 210.3 s."),
        ([], 2, "2 reports: 0 made, 2 up to date, in 210.3 s."),
        (
            [result(str(number), memory=number) for number in range(431)] + [result("bad", CRASH, memory=2 * 10**9)],
            1000,
            "1,432 reports: 431 made, 1 failed, 1,000 up to date, in 210.3 s (2.1 a second; at most 2,000 MB of memory for one).",
        ),
    ],
)
def test_the_total_says_what_became_of_the_reports_and_what_it_took(results, up_to_date, said):
    assert total_line(results, up_to_date, 210.31) == said


def test_what_reports_cannot_show_is_said_once_for_a_theme(tmp_path):
    missing = ("cell 6: an interactive output", "cell 7: the picture a.png, which is not beside the notebook")
    results = (result("north", left_out=missing), result("south", left_out=missing[:1]), result("east", CRASH))
    lines = summary(Outcome(tmp_path, (), results, None, "", 1.0, ()), "outputs", None)
    assert [line for line in lines if line.startswith("Left out")] == [
        "Left out of 2 reports (noise): cell 6: an interactive output",
        "Left out of 1 report (noise): cell 7: the picture a.png, which is not beside the notebook",
    ]
