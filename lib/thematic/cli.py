"""Turns a `thematic` command into its work, and what the user must mend into one message and an exit status."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from thematic.core.areas import FORCE
from thematic.core.errors import ArgumentsRefused, UserError, reason
from thematic.core.messages import shown
from thematic.core.workbook import Workbook

SOME_FAILED = 1
STOPPED = 130

_WordsRefused: Any = next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")
"""What typer raises for options and arguments that it cannot use."""

app = typer.Typer(
    help="Thematic reports of a police force, from its extracts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Goals = Annotated[list[str] | None, typer.Argument(help="Goals of themes, such as DA; or ALL.", show_default=False)]
Period = Annotated[str, typer.Option(help="YYYY-MM, a comma list, or A..B (default: the latest in the data).")]
AreaWord = Annotated[str, typer.Option("--area", help="Areas by name, a level of them, force, or all (default).")]
Lpu = Annotated[str, typer.Option(help="Another name for --area.")]
Format = Annotated[str, typer.Option("--format", help="Any of html, pdf, docx, xlsx, csv (default: html,pdf,csv).")]
Audience = Annotated[str, typer.Option(help="internal (default) or public.")]
Out = Annotated[str, typer.Option(help="Folder for the reports (default: outputs).")]
Jobs = Annotated[str, typer.Option(help="Reports made at once (default: one for each processor).")]
Data = Annotated[str, typer.Option(help="Folder of extracts or police.uk download (default: data/raw, or the sample).")]
Lookup = Annotated[str, typer.Option(help="CSV file that places LSOAs in the force's areas, for police.uk data.")]


def echo(text: str, err: bool = False) -> None:
    """Prints a message, with whatever would steer the terminal written out, and no password in it."""
    typer.echo(shown(text), err=err)


def _say_version(wanted: bool) -> None:
    if wanted:
        echo(f"thematic {version('thematic')}")
        raise typer.Exit


@app.callback()
def thematic(
    *,
    of_product: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version, and do no more.")
    ] = False,
) -> None:
    """Thematic reports of a police force, from its extracts."""


@app.command()
def build(
    goals: Goals = None,
    *,
    period: Period = "",
    area: AreaWord = "",
    lpu: Lpu = "",
    format_: Format = "",
    audience: Audience = "",
    data: Data = "",
    lookup: Lookup = "",
    out: Out = "",
    jobs: Jobs = "",
    cluster: Annotated[str, typer.Option(help="Dask scheduler that makes them: tcp://host:port.")] = "",
    timeout: Annotated[str, typer.Option(help="Seconds that one report may take (default: 1800; 0: no end).")] = "",
    memory: Annotated[str, typer.Option(help="MB that one report may use (default: a fair share).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which would be made, and why.")] = False,
) -> None:
    """Make the reports of one or more themes, where they are not up to date."""
    from thematic.execution.starting import warm_up_early

    workbook = Workbook.find()
    if not (dry_run or cluster.strip()):
        warm_up_early(Path(out.strip() or workbook.root / "outputs"), period, format_)
    from thematic.build.build import build as make
    from thematic.build.build import survey
    from thematic.build.progress import summary, telling
    from thematic.build.request import Words
    from thematic.outputs.status import dry_run_lines

    words = Words(goals or [], period, area, lpu, format_, audience, data, lookup, out, jobs, cluster, timeout, memory)
    if dry_run:
        echo("\n".join(dry_run_lines(survey(workbook, words, date.today(), echo))))
        return
    with telling() as teller:
        outcome = make(workbook, words, date.today(), teller.say, teller.begin)
    catalogue = workbook.shown(outcome.catalogue) if outcome.catalogue else None
    for line in summary(outcome, workbook.shown(outcome.out), catalogue):
        echo(line)
    raise typer.Exit(SOME_FAILED if outcome.failed or outcome.trouble else 0)


@app.command()
def status(
    goals: Goals = None,
    *,
    period: Period = "",
    area: AreaWord = "",
    lpu: Lpu = "",
    format_: Format = "",
    audience: Audience = "",
    data: Data = "",
    lookup: Lookup = "",
    out: Out = "",
) -> None:
    """Say which reports (default: of every theme) are up to date, which are not and why; make none."""
    from thematic.build.build import survey
    from thematic.build.request import ALL, Words
    from thematic.outputs.status import status_lines

    words = Words(goals or [ALL], period, area, lpu, format_, audience, data, lookup, out)
    echo("\n".join(status_lines(survey(Workbook.find(), words, date.today(), echo))))


@app.command()
def explain(
    measure: Annotated[str, typer.Argument(help="The measure's name or title.", show_default=False)],
    *,
    area: Annotated[str, typer.Option(help="One area by its name, or force (default).")] = "",
    period: Annotated[str, typer.Option(help="YYYY-MM (default: the latest in the data).")] = "",
    category: Annotated[str, typer.Option(help="dimension=category, as the CSV has them (default: the total).")] = "",
    theme: Annotated[str, typer.Option(help="The theme whose report it is in (default: the first that has it).")] = "",
    rows: Annotated[bool, typer.Option("--rows", help="Show the rows that are counted: RESTRICTED.")] = False,
    data: Data = "",
    lookup: Lookup = "",
) -> None:
    """Say where one figure of an internal report comes from: definition, window, rows in and out, and months."""
    from thematic.build.explaining import Question, explained

    question = Question(measure, area, period, category, theme, data, lookup, rows)
    typer.echo("\n".join(explained(Workbook.find(), question, date.today(), _aside)))


@app.command()
def changes(
    goals: Goals = None,
    *,
    since: Annotated[str, typer.Option(help="YYYY-MM: the month whose reports are compared.", show_default=False)],
    period: Annotated[str, typer.Option(help="YYYY-MM: the later month (default: the latest in the data).")] = "",
    area: AreaWord = "",
    audience: Audience = "",
    before: Annotated[str, typer.Option(help="Folder of the earlier extract, where it was kept: says why.")] = "",
    full: Annotated[bool, typer.Option("--full", help="All lines; without it, 40 of each kind for a report.")] = False,
    data: Data = "",
    lookup: Lookup = "",
    out: Out = "",
) -> None:
    """Say which verdicts changed since a month, and which figures released for it are other now, and why."""
    from thematic.build.changed_lines import lines
    from thematic.build.changing import changes as compared
    from thematic.build.request import Words

    words = Words(goals or [], period, area, audience=audience, data=data, lookup=lookup, out=out)
    found = compared(Workbook.find(), words, since, before.strip(), date.today(), _aside)
    heard = audience.strip().lower() or "internal"
    for line in lines(found, since.strip(), heard, paired=bool(before.strip()), full=full):
        typer.echo(line)


@app.command()
def share(
    goals: Goals = None,
    *,
    audience: Annotated[str, typer.Option(help="internal or public: who it is for. It must be said.")] = "",
    period: Period = "",
    area: AreaWord = "",
    lpu: Lpu = "",
    format_: Annotated[
        str, typer.Option("--format", help="Any of html, pdf, docx, xlsx, csv (default: as made).")
    ] = "",
    data: Data = "",
    lookup: Lookup = "",
    out: Out = "",
) -> None:
    """Put the reports for one audience (default: of every theme) into a folder and a zip, with checksums."""
    from thematic.build.request import Words
    from thematic.publishing.share import share as put_together
    from thematic.publishing.share import shared_lines

    workbook = Workbook.find()
    words = Words(goals or [], period, area, lpu, format_, audience, data, lookup, out)
    shared = put_together(workbook, words, date.today(), echo)
    echo("\n".join(shared_lines(shared, workbook)))


@app.command()
def preview(
    goals: Goals = None,
    *,
    period: Annotated[str, typer.Option(help="YYYY-MM (default: the latest in the data).")] = "",
    area: Annotated[str, typer.Option(help="One area by its name, or force (default).")] = "",
    lpu: Lpu = "",
    audience: Audience = "",
    data: Data = "",
    lookup: Lookup = "",
    port: Annotated[int | None, typer.Option(help="Port on this machine (default: any that is free).")] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only say the address, and open no browser.")] = False,
) -> None:
    """Show one report in the browser, made anew whenever its notebook, params/ or lib/ are saved."""
    from thematic.build.request import Words
    from thematic.jupyter.preview.watching import watch

    words = Words(goals or [], period, area, lpu, audience=audience, data=data, lookup=lookup)
    watch(Workbook.find(), words, port, not no_open, echo)


@app.command()
def pack(
    *,
    period: Annotated[str, typer.Option(help="YYYY-MM (default: the latest in the data).")] = "",
    data: Data = "",
    lookup: Lookup = "",
    out: Out = "",
    jobs: Jobs = "",
) -> None:
    """Make the board's papers as params/pack.yaml has them: a PDF of the public items, and one of the private ones."""
    from thematic.build.progress import telling
    from thematic.build.request import Words
    from thematic.publishing.pack import make_pack

    workbook = Workbook.find()
    words = Words([], period=period, data=data, lookup=lookup, out=out, jobs=jobs)
    with telling() as teller:
        files = make_pack(workbook, words, date.today(), teller.say, teller.begin)
    for path in files:
        echo(f"Pack: {workbook.shown(path)}")


@app.command()
def commentary(
    goals: Goals = None,
    *,
    area: Annotated[str, typer.Option(help="Areas by name, a level of them, force (default), or all.")] = "",
    lpu: Lpu = "",
    period: Period = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Say that the words were read against the figures.")
    ] = False,
    data: Data = "",
    lookup: Lookup = "",
) -> None:
    """Name the file of the commentary on a report, begun where there is none; or confirm what it says."""
    from thematic.build import commenting
    from thematic.build.build import survey
    from thematic.build.request import Words

    workbook = Workbook.find()
    begin_or_confirm = commenting.confirm if confirm else commenting.open_commentary
    words = Words(goals or [], period, area if area or lpu else FORCE, lpu, data=data, lookup=lookup)
    for finding in survey(workbook, words, date.today(), _aside):
        edition = finding.edition
        path = begin_or_confirm(workbook, edition.theme, str(edition.period), edition.area.slug)
        echo(workbook.shown(path))
        if finding.stale and not confirm:
            _aside("  The figures have changed since it was written. Read it again; then add --confirm.")


def _aside(text: str) -> None:
    echo(text, err=True)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open the notebooks in JupyterLab. Any option of `jupyter lab` may follow, such as --no-browser."""
    from thematic.jupyter.opening import open_lab

    open_lab(Workbook.find(), context.args, echo)


@app.command("data")
def prepare_data(
    data: Data = "",
    lookup: Lookup = "",
    archive: Annotated[str, typer.Option(help="A new folder: keep the extract there, with its digests.")] = "",
    *,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Check and count the rows in their database; copy none.")
    ] = False,
) -> None:
    """Read and check the extracts, and count them, without making a report; a database is read afresh."""
    from thematic.build.build import archive_data, data_alone, not_fed, prepare
    from thematic.build.request import data_paths
    from thematic.params import load_params

    workbook = Workbook.find()
    params = load_params(workbook)
    source, places = data_paths(data, lookup)
    if in_place and archive.strip():
        raise ArgumentsRefused("--in-place copies no rows, so that --archive has none to keep. Give one of the two.")
    today = date.today()
    with data_alone(workbook, echo):
        index = prepare(
            workbook, params, data=source, lookup=places, today=today, say=echo, again=True, in_place=in_place
        )
    for sentence in not_fed(params, params.themes, index):
        echo(sentence)
    if archive.strip():
        echo(archive_data(workbook, params, source, places, archive.strip(), date.today()))
    folders = f"{workbook.shown(workbook.warehouse)} and {workbook.shown(workbook.cubes)}"
    echo(f"{folders} are up to date: {index.title}, {index.first_period} to {index.latest_period}.")


@app.command()
def book(
    period: Annotated[str, typer.Argument(help="YYYY-MM: the month up to which is booked.", show_default=False)],
    data: Data = "",
    lookup: Lookup = "",
    *,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Book these months, and all after them, with a new key.")
    ] = False,
) -> None:
    """Book months into the ledger that public editions are made from: once, in order, and for good."""
    from thematic.build.public import book as book_months

    booked = book_months(Workbook.find(), period, data, lookup, date.today(), echo, new_key=new_key)
    echo("\n".join(booked))


@app.command()
def verify(
    report: Annotated[str, typer.Argument(help="The .json of a report (default: the ledger is verified).")] = "",
    data: Annotated[str, typer.Option(help="The archive of the extract that it was made from.")] = "",
    lookup: Lookup = "",
) -> None:
    """Make a report again from an archived extract and compare bytes; or work the ledger out again from its files."""
    if not report.strip():
        from thematic.build.public import verify as verify_ledger

        echo(verify_ledger(Workbook.find(), date.today(), echo))
        return
    from thematic.publishing.verify import verify_report

    verified = verify_report(Workbook.find(), report.strip(), data, lookup, date.today(), echo)
    echo("\n".join(verified.lines))
    raise typer.Exit(0 if verified.same else SOME_FAILED)


@app.command()
def attack(
    *,
    out: Annotated[str, typer.Option(help="Folder of public reports (default: outputs).")] = "",
    cells: Annotated[int, typer.Option(min=1, help="How many of the few of each theme are worked out.")] = 20,
) -> None:
    """Say what a reader could work out of a folder of public reports, by linear programming over all they print."""
    from thematic.build.public import attack as attack_reports

    lines, is_safe = attack_reports(Workbook.find(), out, cells)
    echo("\n".join(lines))
    raise typer.Exit(0 if is_safe else SOME_FAILED)


@app.command()
def init(
    folder: Annotated[str, typer.Argument(help="Folder of the new workbook (default: this one).")] = ".",
    *,
    own: Annotated[
        list[str] | None, typer.Option(help="A file of the product to make your own; again for each.")
    ] = None,
    ci: Annotated[str, typer.Option(help="Whose checks to add: github, gitlab, both (default) or none.")] = "both",
) -> None:
    """Begin a workbook of your own on top of the product's params and notebooks; or make one of its files your own."""
    from pathlib import Path

    from thematic.adoption.beginning import begin, forge_of, make_own

    if own:
        workbook = Workbook.find(Path(folder))
        for file in own:
            echo(f"Yours now: {workbook.shown(make_own(workbook, file))}")
        return
    begin(Path(folder), forge_of(ci))
    echo(f"Begun: {Path(folder)} builds on thematic {version('thematic')}. In that folder: thematic build DA")


@app.command()
def upgrade(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what differs; write nothing.")] = False
) -> None:
    """Say, key by key, what the installed version changes for this workbook, and bring its files up to it."""
    from thematic.adoption import upgrade as upgrading
    from thematic.params import load_params

    workbook = Workbook.find()
    found = upgrading.plan(workbook)
    for line in upgrading.lines(found):
        echo(line)
    if dry_run or not found.is_needed:
        return
    upgrading.apply(workbook, found, echo)
    echo(f"The params are now those for thematic {found.now.version}.")
    load_params(workbook)


@app.command()
def check() -> None:
    """Check every file under params/ and the parameters of the notebooks they name."""
    from thematic.adoption.own_files import own_lines
    from thematic.outputs.notebooks import read_notebooks
    from thematic.outputs.unfinished import unfinished_lines
    from thematic.params import load_params
    from thematic.params.warnings import params_warnings

    workbook = Workbook.find()
    params = load_params(workbook)
    notebooks = read_notebooks(workbook, [theme.notebook for theme in params.themes.values()])
    files = sum(1 for path in workbook.params.rglob("*") if path.is_file())
    echo(f"{workbook.shown(workbook.params)}/: {files} file{'' if files == 1 else 's'}, no problems")
    for line in own_lines(workbook) if workbook.starter is not None else ():
        echo(line)
    for warning in params_warnings(params, date.today()):
        echo(warning)
    for line in unfinished_lines(notebooks):
        echo(f"Warning: {line}")


@app.command()
def backtest() -> None:
    """Hold every published figure of the themes against what the synthetic sample gives."""

    from thematic.build.build import prepare
    from thematic.core.temporary import temporary_folder
    from thematic.cubes import cubes
    from thematic.params import load_params
    from thematic.tools.backtest import compare, evaluator, told
    from thematic.tools.sample.folder import fresh_sample

    workbook = Workbook.find()
    params = load_params(workbook)
    source = fresh_sample(workbook, echo)
    with temporary_folder() as folder:
        apart = Workbook(workbook.root, folder)
        index = prepare(apart, params, data=source, lookup=None, today=date.today(), say=lambda _: None)
        evaluate = evaluator(params, index, lambda slug: cubes.read_bytes(apart, slug))
        lines = list(compare(workbook.reference, set(params.themes), evaluate))
    for text in told(lines):
        echo(text)
    raise typer.Exit(0 if all(line.holds for line in lines) else SOME_FAILED)


@app.command()
def new(
    slug: Annotated[str, typer.Argument(help="Its name in files and links, such as road-safety.", show_default=False)],
    *,
    title: Annotated[str, typer.Option(help="Its title (default: the name in words).")] = "",
    table: Annotated[str, typer.Option(help="The table of params/tables whose rows it counts.")] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(help='Which rows, such as "column=value", "column=a,b" or "column>=18"; again for each.'),
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Breakdowns of the table (default: all that show nothing personal).")
    ] = None,
    sections: Annotated[
        str, typer.Option(help="Sections of its notebook, a comma list; list says which there are (default: all).")
    ] = "",
) -> None:
    """Add a theme of your own: its file, its measures and a notebook, ready to be built and changed."""
    from thematic.new_theme.choosing import choose
    from thematic.new_theme.scaffold import add_theme
    from thematic.new_theme.sections import LIST, lines_of, sections_line, with_sections
    from thematic.params import load_params

    workbook, today = Workbook.find(), date.today()
    theme = choose(load_params(workbook), slug, title, table, where or [], by or [], today)
    if sections.strip().lower() == LIST:
        echo("\n".join(lines_of(theme.subject)))
        return
    theme = replace(theme, subject=with_sections(theme.subject, sections))
    files = add_theme(workbook, theme, today)
    (number, *_) = theme.subject.of_part("number")
    echo(f"{theme.title} counts: {number.said['definition']}")
    measures = f"{len(files) - 2} measures in {workbook.shown(files[1].parent)}/"
    echo(f"Written: {workbook.shown(files[0])}, {measures} and {workbook.shown(files[-1])}.")
    echo(sections_line(theme.subject))
    echo(f"Make its reports: make thematic {theme.goal} (or: thematic build {theme.goal})")


@app.command()
def sample(out: Annotated[str, typer.Option(help="Folder to write to (default: data/sample).")] = "") -> None:
    """Write the bundled synthetic extracts."""
    from thematic.build.request import output_folder
    from thematic.tools.sample.own_areas import own_areas
    from thematic.tools.sample.writer import write_sample

    workbook = Workbook.find()
    folder = output_folder(out, workbook.sample)
    write_sample(folder, workbook.reference, own_areas(workbook))
    echo(f"Synthetic extracts: {workbook.shown(folder)}")


def main() -> None:
    """The `thematic` command. Exit status: 0 well, 1 some report failed, 2 arguments or params, 3 data, 130 stopped."""
    _open_streams()
    stopped = _stopped_by_signals()
    try:
        _refuse_repeated(sys.argv[1:])
        status = _ran(stopped)
    except UserError as error:
        from thematic.execution.starting import give_up

        give_up()
        echo(f"thematic: {error}", err=True)
        sys.exit(error.exit_status)
    except _WordsRefused as error:
        message = io.StringIO()
        error.show(file=message)
        echo(message.getvalue().rstrip("\n"), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(SOME_FAILED)
    except OSError as error:
        echo(f"thematic: {error.filename or 'The system'}: {reason(error)}. Put it right, and try again.", err=True)
        sys.exit(SOME_FAILED)
    except MemoryError:
        echo("thematic: there is not enough memory for this. Close other programs, or give JOBS=1.", err=True)
        sys.exit(SOME_FAILED)
    if status == STOPPED:
        _say_stopped()
    sys.exit(status)


def _ran(stopped: Event) -> int:
    """The exit status of the command. One that was stopped may end with an error of what was at work just then: a query
    that DuckDB gave up, a file of Parquet that is closed in the middle of a column."""
    try:
        return app(standalone_mode=False) or 0
    except Exception:
        if not stopped.is_set():
            raise
        return STOPPED


def _refuse_repeated(words: list[str]) -> None:
    """Raises ArgumentsRefused for an option that is given again where only one counts: the others would say nothing."""
    given = Counter(word.partition("=")[0] for word in words if word.startswith("--"))
    repeated = [word for word, times in given.items() if times > 1]
    if not repeated:
        return
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    command = next((commands[word] for word in words if word in commands), None)
    several = {opt for each in getattr(command, "params", []) if each.multiple for opt in each.opts}
    for word in repeated:
        if word not in several:
            raise ArgumentsRefused(f"{word} is given {given[word]} times. Give it once, with commas between several.")


def _stopped_by_signals() -> Event:
    """Makes SIGTERM end the command as Ctrl-C does, which leaves nothing behind. The event is set when one comes."""
    stopped = Event()

    def stop(*_: object) -> None:
        stopped.set()
        raise KeyboardInterrupt

    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, stop)
    return stopped


def _open_streams() -> None:
    """Sees to it that all three standard streams are there and take any text.

    Where one was closed, the next file to be opened would take its place, and be written into by mistake.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name, stream in (("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - for as long as we run
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _say_stopped() -> None:
    from thematic.execution.processes import leave_nothing

    leave_nothing()
    echo("thematic: stopped. Reports that were made are kept; the same command makes the others.", err=True)
