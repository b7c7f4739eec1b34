"""Turns the product's files into a workbook of its own, its data ready, for everything here to be measured in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from thematic.build.areas import ALL_AREAS
from thematic.build.request import ALL
from thematic.core.periods import parse_periods
from thematic.core.workbook import Workbook
from thematic.measures.disclosure import AUDIENCES
from thematic.outputs.editions import Edition, list_editions
from thematic.params import Params, load_params

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
PERIOD = "2021-01"
FOUR = ["DA", "RAPE", "HATE", "ASB"]
"""The goals of the themes whose reports are made in several ways."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_COPIED = ("params", "notebooks", "data/reference")


@dataclass(frozen=True)
class Setting:
    """A workbook in a temporary folder, its cubes built, and what commands that are measured there run with."""

    workbook: Workbook
    params: Params

    @property
    def root(self) -> Path:
        return self.workbook.root

    @property
    def environment(self) -> dict[str, str]:
        """One thread for each process, the commands beside this Python first, nothing written to a person's folders.

        Python keeps what it compiles, so that the untimed reports pay for it in every way.
        """
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        jupyter = {f"JUPYTER_{kind}_DIR": str(self.root / "jupyter" / kind.lower()) for kind in ("CONFIG", "RUNTIME")}
        own = {"IPYTHONDIR": str(self.root / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1", **jupyter}
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, **ONE_THREAD, **own, "PATH": path}

    def editions(self, periods: str, goals: Sequence[str] = FOUR) -> list[Edition]:
        """Every report of the periods (`2021-01`, or `2020-02..2021-01`): each theme of the goals for every area that
        has reports; of all themes where the goals are `ALL`."""
        wanted = sorted(name for name, theme in self.params.themes.items() if theme.goal in goals or goals == [ALL])
        return list_editions(self.params, wanted, parse_periods(periods), None, AUDIENCES[0])

    def notebook(self, edition: Edition) -> Path:
        return self.workbook.notebooks / self.params.themes[edition.theme].notebook

    def command(self, *words: str) -> list[str]:
        """The `thematic` command with its words."""
        program = shutil.which("thematic", path=str(Path(sys.executable).parent))
        return [program or "thematic", *words]

    def build(
        self, periods: str, *formats: str, out: Path, areas: str = ALL_AREAS, goals: Sequence[str] = FOUR
    ) -> list[str]:
        """The command that makes the reports of the goals' themes."""
        options = {"--period": periods, "--area": areas, "--format": ",".join(formats), "--out": str(out)}
        words = [word for option in options.items() for word in option]
        return self.command("build", *goals, "--jobs", str(WORKERS), *words)


@contextmanager
def setting() -> Iterator[Setting]:
    """A setting with the synthetic sample as its data; the product's own folders are left alone."""
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        for part in _COPIED:
            shutil.copytree(ROOT / part, root / part)
        shutil.copy(ROOT / "uv.lock", root)
        workbook = Workbook(root)
        ready = Setting(workbook, load_params(workbook))
        subprocess.run(ready.command("data"), cwd=root, env=ready.environment, check=True, stdout=subprocess.DEVNULL)
        yield ready
