"""Runs the page checkers that `npm ci` puts beside the tests: axe, html-validate and Lighthouse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from browser import CHROMIUM

HERE = Path(__file__).parents[1]
NODE = shutil.which("node")
PACKAGES = HERE / "node_modules"
READY = NODE is not None and (PACKAGES / ".package-lock.json").is_file()

CATEGORIES = ("accessibility", "best-practices")
_CHROMIUM_FLAGS = "--headless --no-sandbox --disable-gpu"


def axe() -> str:
    """The script of axe, to be run in a page."""
    return (PACKAGES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def html_validate(pages: Sequence[Path]) -> list[str]:
    """Everything that html-validate finds wrong: file, line, what and the rule."""
    config = HERE / "htmlvalidate.cjs"
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"  # a pipe is cut short when the checker ends
        ran = _run("html-validate", "--config", str(config), "--formatter", f"json={told}", *map(str, pages))
        assert ran.returncode in {0, 1}, ran.stderr
        found = json.loads(told.read_text(encoding="utf-8"))
    return [
        f"{page['filePath']}:{said['line']} {said['message']} ({said['ruleId']}, {said['selector']})"
        for page in found
        for said in page["messages"]
    ]


def lighthouse(url: str) -> tuple[dict[str, float], list[str]]:
    """Lighthouse's scores by category, out of 100, and what it took points off for."""
    ran = _run(
        "lighthouse", url, "--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={_CHROMIUM_FLAGS}",
        f"--only-categories={','.join(CATEGORIES)}", "--throttling-method=provided", "--no-enable-error-reporting",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    scores = {name: 100 * told["categories"][name]["score"] for name in CATEGORIES}
    weighed = {ref["id"] for name in CATEGORIES for ref in told["categories"][name]["auditRefs"] if ref["weight"]}
    audits = [audit for name, audit in told["audits"].items() if name in weighed]
    return scores, [audit["title"] for audit in audits if audit["score"] is not None and audit["score"] < 1]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address under which the folder's files are served to this machine, until the block ends."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _run(package: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The package's command of its own name, run by node."""
    home = PACKAGES / package
    commands = json.loads((home / "package.json").read_text(encoding="utf-8"))["bin"]
    script = home / (commands if isinstance(commands, str) else commands[package])
    environment = os.environ | {"CHROME_PATH": str(CHROMIUM)}
    return subprocess.run(
        [str(NODE), str(script), *words],
        cwd=HERE, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
