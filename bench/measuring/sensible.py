"""The script that a good programmer would write: papermill and an HTML exporter in a pool of two processes.

Run as `python sensible.py LIST OUT`; each line of LIST is a notebook, an area and a period.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import papermill
from nbconvert import HTMLExporter


def make(line: str, out: Path) -> None:
    notebook, area, period = line.split()
    target = out / f"{Path(notebook).stem}-{area}"
    parameters = {"period": period, "area": area, "audience": "internal"}
    executed = papermill.execute_notebook(notebook, f"{target}.ipynb", parameters, progress_bar=False)
    page, _ = HTMLExporter().from_notebook_node(executed)
    Path(f"{target}.html").write_text(page, encoding="utf-8")


def main() -> None:
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    with ProcessPoolExecutor(2) as pool:
        reports = [pool.submit(make, line, Path(sys.argv[2])) for line in lines]
    for report in reports:
        report.result()


if __name__ == "__main__":
    main()
