"""Shows a report from a terminal: makes it, serves it, and makes it anew whenever what it rests on is saved."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from thematic.build.request import Words
from thematic.core.areas import FORCE
from thematic.core.previewer import Asked, Preview, Previewer
from thematic.core.workbook import Workbook
from thematic.jupyter.preview.making import one_report, plan
from thematic.jupyter.preview.server import Screen, opening, serving
from thematic.params import load_params

Say = Callable[[str], None]
_CODE = Path(__file__).parents[2]
_STEP_MILLISECONDS = 30
_NEVER_LOOKED_AT = (".", "~", "__pycache__")


def watch(workbook: Workbook, words: Words, port: int | None, opens: bool, say: Say) -> None:
    """Serves the preview of the report that the words ask for, until Ctrl-C.

    Without a period it is the latest, without an area the force's. Raises UserError where the words, the params or
    the data cannot be used as it begins; what goes wrong later is shown above the last good page.
    """
    with Previewer() as previewer:
        asked = _asked(words, workbook)
        previewer.start()
        job, about = plan(asked, say)
        screen = Screen()
        with serving(screen, port) as address, opening(address) as file:
            say(f"{about}: {address}")
            say("It is made again whenever the notebook, params/ or lib/ are saved. Ctrl-C ends it.")
            if opens:
                webbrowser.open(file)
            notebook = workbook.file(f"notebooks/{job.notebook_name}")
            try:
                _keep_showing(previewer, asked, screen, _changes(notebook, workbook.params), say)
            except KeyboardInterrupt:
                say("The preview has ended.")


def _asked(words: Words, workbook: Workbook) -> Asked:
    one = replace(words, area=words.area if words.area or words.lpu else FORCE)
    request = one_report(one, load_params(workbook), workbook)
    return Asked(
        root=str(workbook.root),
        theme=request.themes[0],
        period=words.period or "",
        area=(request.areas or (FORCE,))[0],
        audience=request.audience,
        data=words.data,
        lookup=words.lookup,
    )


def _keep_showing(previewer: Previewer, asked: Asked, screen: Screen, changes: Iterator[None], say: Say) -> None:
    def show(done: Future[Preview]) -> None:
        preview = done.result()
        if preview.superseded:
            return
        screen.show(preview, f"{datetime.now():%H:%M:%S}")
        say(f"Not made: {preview.failure}" if preview.failure else f"Made in {preview.seconds:.1f} s")

    while True:
        screen.making()
        previewer.ask(asked).add_done_callback(show)
        next(changes)


def _changes(notebook: Path, params: Path) -> Iterator[None]:
    """Something for every time that the notebook, a file under params/ or the product's code is saved."""
    from watchfiles import watch as watch_files

    def counts(_: object, name: str) -> bool:
        path = Path(name)
        if path.parent == notebook.parent:
            return path == notebook
        return not any(part.startswith(_NEVER_LOOKED_AT) or part.endswith("~") for part in _inside(path, params))

    folders = (notebook.parent, params, _CODE)
    for _ in watch_files(*folders, watch_filter=counts, step=_STEP_MILLISECONDS):
        yield


def _inside(path: Path, params: Path) -> tuple[str, ...]:
    """The parts of the path below the folder that is watched."""
    folder = params if path.is_relative_to(params) else _CODE
    return path.relative_to(folder).parts
