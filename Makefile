# Two commands do everything on a fresh machine with Python 3.11+ and make:
#   make demo   install, then every report over the embedded demo, then where to look
#   make test   install, fetch the real servers, then every check and test
# and two more measure it beside its peers:
#   make bench        install, fetch the real servers, then the tables of docs/performance.md
#   make forecasting  install, then the tables of docs/forecasting.md

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test bench forecasting lint servers lock clean

demo: .venv/.installed
	$(BIN)/mcreports demo

test: .venv/.tested servers lint
	$(BIN)/python -m pytest -n 2 --dist worksteal tests mcreports --doctest-modules
	$(BIN)/python -m pytest --nbval-lax notebooks

bench: .venv/.tested servers
	$(BIN)/python -m benchmarks $(BENCH)

forecasting: .venv/.tested
	$(BIN)/python -m benchmarks.forecasting $(FORECASTING)

lint: .venv/.tested
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

servers:
	tests/servers/install.sh

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/.tested: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@ .venv/.installed

# needs uv; hashes and no index addresses, for every Python from 3.11 on
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock:
	$(LOCK) --extra dev --output-file requirements-dev.lock
	$(LOCK) --extra build --extra lab --constraint requirements-dev.lock --output-file requirements.lock

clean:
	rm -rf .venv build dist
