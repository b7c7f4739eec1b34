"""The process that makes previews: a wish a line goes in, as JSON, and a preview a line comes out, until they end."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TextIO

from thematic.core.errors import UserError, reason
from thematic.core.previewer import Asked, Preview


class Worker:
    """Makes what is wished for, each in a thread; of what is wished for one place only the newest is still wanted."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._newest: dict[str, int] = {}

    def take(self, wish: dict[str, Any]) -> None:
        number = wish.pop("number")
        asked = Asked(**wish)
        self._newest[asked.place] = number
        threading.Thread(target=self._make, args=(number, asked), daemon=True).start()

    def _make(self, number: int, asked: Asked) -> None:
        preview = preview_of(asked, lambda: self._newest[asked.place] == number)
        with self._lock:
            self._answers.write(json.dumps({"number": number, **asdict(preview)}) + "\n")
            self._answers.flush()


def preview_of(asked: Asked, is_wanted: Callable[[], bool]) -> Preview:
    """The preview, with whatever keeps it from being made in words."""
    try:
        from thematic.jupyter.preview.making import make

        return make(asked, is_wanted, lambda _: None)
    except UserError as error:
        return Preview(failure=str(error))
    except OSError as error:
        return Preview(failure=f"{error.filename or 'A process'}: {reason(error)}.")
    except Exception as error:  # noqa: BLE001 - lib/ is being changed while this runs: what it raises is to be seen
        return Preview(failure=f"The product's own code fails: {type(error).__name__}: {error}")


def main() -> None:
    """Serves the lines of the standard input, and leaves nothing behind when they end."""
    from thematic.execution.processes import leave_nothing
    from thematic.execution.starting import warm_up

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever is printed must not stand between the answers
    warm_up(["html"])
    worker = Worker(answers)
    for line in sys.stdin:
        worker.take(json.loads(line))
    leave_nothing()
    os._exit(0)  # what is still being made is not wanted any more


if __name__ == "__main__":
    main()
