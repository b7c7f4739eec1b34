## make thematic DA              every report of a theme: latest period, the force and every area it is made for
## make thematic ALL PERIOD=2020-02..2021-01 AREA=force FORMAT=pdf JOBS=2
##     PERIOD    YYYY-MM, a comma list, or A..B (default: the latest month that is complete in the data)
##     AREA      areas by name, a level of them, force, or all (default)
##     LPU       another name for AREA
##     FORMAT    any of html, pdf, docx, xlsx, csv (default: html,pdf,csv)
##     AUDIENCE  internal (default) or public
##     DATA      folder of extracts, police.uk download or params/sources.yaml (default: what there is, else the sample)
##     LOOKUP    CSV file that places LSOAs, for police.uk data
##     OUT       folder for the reports (default: outputs)
##     JOBS      reports made at once (default: one for each processor)
##     TIMEOUT   seconds that one report may take (default: 1800; 0 for no end)
##     MEMORY    MB that one report may use (default: a fair share of the machine's)
##     CLUSTER   tcp://host:port of a Dask scheduler whose workers make the reports (docs/cluster.md)
##     DRY_RUN   1 to say which reports would be made, and why, and make none
## make share AUDIENCE=public    the period's reports for one audience as a folder and a zip (DA, PERIOD=, AREA=, OUT=)
## make pack PERIOD=2021-01      the board's papers, from params/pack.yaml (docs/board-pack.md)
## make book PERIOD=2021-01      book a month for the public, once and for good (docs/disclosure.md)
## make verify                   work the ledger out again; with REPORT=, a report from the archive DATA= (docs/verify.md)
## make data                     read and check the extracts (DATA=, LOOKUP=), and make no report; ARCHIVE=folder keeps them, IN_PLACE=1 copies none
## make check                    check params/ and the notebooks' parameters
## make lab                      open the notebooks in JupyterLab (LAB="--no-browser --port 8890")
## make test                     run the tests (PROOFS=1: with the long proofs: kills, browsers, a cluster, Spark)
## make bench                    time what has to be fast
## make sbom                     write build/sbom.cdx.json: what the product rests on, and its licences (docs/licences.md)
## make clean                    remove reports and everything that is built from the extracts
## make help                     this text
##
## Everything is set up in .venv/ by itself. make ends with status 2 whatever goes wrong; `.venv/bin/thematic build`
## itself tells which (1 a report failed, 2 arguments, 3 data).

GOALS := help thematic share pack book verify data check lab test bench sbom clean
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --silent
READY := .venv/ready
BIN := .venv/bin/
UV := 0.13.9
ifneq ($(and $(CONDA_PREFIX),$(wildcard $(CONDA_PREFIX)/bin/thematic $(CONDA_PREFIX)/Scripts/thematic.exe)),)
READY := # a conda environment made from environment.yml holds everything
BIN :=
endif

# The words after `thematic` or `share` are its own; make itself has nothing to do for them.
WORDS := $(subst |, ,$(word 2,$(subst |thematic|, ,$(subst |share|,|thematic|,x|$(subst $() $(),|,$(MAKECMDGOALS))|))))
OTHERS := $(sort $(filter-out $(GOALS),$(WORDS)))
.PHONY: $(GOALS) $(OTHERS)
$(OTHERS): ; :

thematic: $(READY)
	$(BIN)thematic build --period "$(PERIOD)" --area "$(AREA)" --lpu "$(LPU)" --format "$(FORMAT)" --audience "$(AUDIENCE)" \
	  --data "$(DATA)" --lookup "$(LOOKUP)" --out "$(OUT)" --jobs "$(JOBS)" --cluster "$(CLUSTER)" \
	  --timeout "$(TIMEOUT)" --memory "$(MEMORY)" $(if $(filter-out 0,$(DRY_RUN)),--dry-run) -- $(WORDS:%="%")
share: $(READY)
	$(BIN)thematic share --period "$(PERIOD)" --area "$(AREA)" --lpu "$(LPU)" --format "$(FORMAT)" --audience "$(AUDIENCE)" \
	  --data "$(DATA)" --lookup "$(LOOKUP)" --out "$(OUT)" -- $(WORDS:%="%")

pack: $(READY)
	$(BIN)thematic pack --period "$(PERIOD)" --data "$(DATA)" --lookup "$(LOOKUP)" --out "$(OUT)" --jobs "$(JOBS)"

book: $(READY) ; $(BIN)thematic book "$(PERIOD)" --data "$(DATA)" --lookup "$(LOOKUP)"
verify: $(READY) ; $(BIN)thematic verify $(if $(REPORT),"$(REPORT)" --data "$(DATA)" --lookup "$(LOOKUP)")
data: $(READY) ; $(BIN)thematic data --data "$(DATA)" --lookup "$(LOOKUP)" $(if $(ARCHIVE),--archive "$(ARCHIVE)") $(if $(filter-out 0,$(IN_PLACE)),--in-place)
check: $(READY) ; $(BIN)thematic check
sbom: $(READY) ; $(BIN)python -m thematic.tools.materials build/sbom.cdx.json
lab: $(READY) ; $(BIN)thematic lab $(LAB)
test: $(READY) ; $(BIN)pytest -n auto --dist loadfile --no-loadscope-reorder $(if $(filter-out 0,$(PROOFS)),,-m "not proof")
clean: ; rm -rf outputs outputs-making data/sample data/warehouse data/cubes data/database data/*.part data/*.old data/ledger/*.part; \
	! [ -x $(BIN)python ] || $(BIN)python -c "import thematic.core.temporary as own; own.clear_temporary()"
help: ; sed -n 's/^## \{0,1\}//p' Makefile
bench: $(READY) ; status=0; for each in bench/*.py; do $(BIN)python "$$each" $(BENCH) || status=1; done; exit $$status
# What was begun and not finished (no file `ready`) is made whole again; what only changed is brought up to date.
.venv/ready: pyproject.toml uv.lock
	echo "Setting up .venv (once; it may take a minute)"; again=--reinstall; [ ! -f $@ ] || again=; rm -f $@; \
	$(BIN)python -m uv --version 2>/dev/null | grep -q " $(UV)" || { again=; python=; \
	  for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	    $$each -c "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || continue; \
	    python=$$each; break; done; \
	  [ -n "$$python" ] || { echo "Python 3.11 or newer is needed (with venv), and was not found." >&2; exit 1; }; \
	  $$python -m venv --clear .venv && $(BIN)python -m pip install --quiet --disable-pip-version-check uv==$(UV); } && \
	UV_PROJECT_ENVIRONMENT=.venv $(BIN)python -m uv sync --quiet --frozen --inexact --no-python-downloads \
	  --python $(BIN)python $$again && \
	PYTHONDONTWRITEBYTECODE= $(BIN)python -c "import thematic.execution.rehearsal, thematic.build.build, thematic.cli" && \
	$(BIN)python -m thematic.jupyter.repository && touch $@
