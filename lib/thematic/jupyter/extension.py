"""Answers the buttons of a notebook in JupyterLab: its report's page, its commentary, an account of a figure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop
from tornado.web import authenticated

from thematic.core.errors import ArgumentsRefused, UserError
from thematic.core.previewer import Asked, Preview, shared
from thematic.core.workbook import Workbook

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_REFUSED = 400
_SETTLED_SECONDS = 10
"""What the first notebook needs is loaded before what its preview does."""
Made = TypeVar("Made")


class _NotebookHandler(APIHandler):
    """Takes the path of a notebook from the server's root, and answers in JSON: what was asked for, or a `message`."""

    @authenticated
    async def post(self) -> None:
        try:
            self.finish(await self.answer(self._notebook()))
        except UserError as error:
            self.set_status(_REFUSED)
            self.finish({"message": str(error)})

    async def answer(self, notebook: Path) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def root(self) -> Path:
        return Path(self.contents_manager.root_dir).resolve()

    def _notebook(self) -> Path:
        """The file of the notebook. Raises ArgumentsRefused where it is none below the server's root."""
        path = str((self.get_json_body() or {}).get("path", ""))
        file = (self.root / path.lstrip("/")).resolve()
        if not (file.is_relative_to(self.root) and file.suffix == ".ipynb" and file.is_file()):
            raise ArgumentsRefused(f"There is no notebook '{path}'. Save it first.")
        return file


class PreviewHandler(_NotebookHandler):
    """The report of the notebook as it is saved, with the parameters of its parameters cell."""

    async def answer(self, notebook: Path) -> dict[str, Any]:
        asked = Asked(str(Workbook.find(notebook.parent).root), notebook=str(notebook), data_as_they_are=True)
        coming = await _in_thread(lambda: shared().ask(asked))
        preview: Preview = await asyncio.wrap_future(coming)
        return asdict(preview)


class CommentaryHandler(_NotebookHandler):
    """The path, from the server's root, of the words for the report; the file is made where there is none."""

    async def answer(self, notebook: Path) -> dict[str, Any]:
        file = (await _in_thread(lambda: _commentary(notebook))).resolve()
        if not file.is_relative_to(self.root):
            raise ArgumentsRefused(f"The commentary is {file}, which JupyterLab does not see. Start it by: make lab")
        return {"path": file.relative_to(self.root).as_posix()}


class ExplainHandler(_NotebookHandler):
    """The measures of the report that the notebook is set to; of the one `measure` that is named, the account."""

    async def answer(self, notebook: Path) -> dict[str, Any]:
        measure = str((self.get_json_body() or {}).get("measure", ""))
        return await _in_thread(lambda: _explained(notebook, measure))


async def _in_thread(work: Callable[[], Made]) -> Made:
    return await asyncio.get_running_loop().run_in_executor(None, work)


def _commentary(notebook: Path) -> Path:
    from thematic.build.commenting import open_commentary
    from thematic.jupyter.preview.notebook import read_saved
    from thematic.params import load_params

    workbook = Workbook.find(notebook.parent)
    saved = read_saved(workbook, load_params(workbook, with_commentary=False), notebook)
    return open_commentary(workbook, saved.theme, saved.parameters["period"], saved.parameters["area"])


def _explained(notebook: Path, measure: str) -> dict[str, Any]:
    from thematic.explore.accounts import account_of
    from thematic.explore.built import built
    from thematic.jupyter.preview.notebook import read_saved
    from thematic.params import load_params

    workbook = Workbook.find(notebook.parent)
    params = load_params(workbook, with_commentary=False)
    saved = read_saved(workbook, params, notebook)
    measures = params.themes[saved.theme].measures
    if not measure:
        return {"measures": [f"{params.measures[name].title} ({name})" for name in measures]}
    name = measure.rpartition("(")[2].rstrip(")")
    told = saved.parameters
    words = {"area": told["area"], "period": told["period"], "theme": saved.theme}
    return {"lines": account_of(built(workbook), name, "", **words).lines}


def _is_workbook(root: Path) -> bool:
    try:
        Workbook.find(root)
    except ArgumentsRefused:
        return False
    return True


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "thematic.jupyter.extension"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    base = server.web_app.settings["base_url"]
    if _is_workbook(Path(server.contents_manager.root_dir)):
        IOLoop.current().call_later(_SETTLED_SECONDS, shared().start)
    handlers = [("preview", PreviewHandler), ("commentary", CommentaryHandler), ("explain", ExplainHandler)]
    rules = [(url_path_join(base, "thematic", name), handler) for name, handler in handlers]
    server.web_app.add_handlers(".*", rules)  # type: ignore[no-untyped-call]
