# Comity. `make demo` shows the main job, `make test` passes the tests; both set up what they need.
PYTHON ?= python3
BIN := .venv/bin
SET_UP := .venv/.installed

.PHONY: help demo test lint evaluate bench soak explore lock geo clean

help: ## What can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(SET_UP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Comity needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src  # else each start compiles it, where the environment forbids keeping that
	@touch $@

demo: $(SET_UP) ## A simulated world, from citizens' reports to campaigns
	$(BIN)/comity demo

test: $(SET_UP) ## All tests
	$(BIN)/python -m pytest -n auto

lint: $(SET_UP) ## Types, style, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

evaluate: $(SET_UP) ## Accuracy on real mail, if ../shared/data is there
	$(BIN)/python tests/evaluation/run.py

bench: $(SET_UP) ## Speed, as ratios to peers in one run
	$(BIN)/python bench/run.py

soak: $(SET_UP) ## 200 rounds of kill -9 during ingest
	$(BIN)/python -m pytest -m slow tests

explore: $(SET_UP) ## Property tests on newly drawn examples
	COMITY_TEST_EXAMPLES=explore $(BIN)/python -m pytest -n auto

lock: ## Pin all dependencies anew
	uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --all-extras pyproject.toml -o requirements.lock
	uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --all-extras pyproject.toml --group dev -o requirements-dev.lock

geo: $(SET_UP) ## Get address data (network and country of an address) into var/geo
	$(BIN)/python tools/fetch_geo.py var/geo

clean: ## Remove what was made
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis var
