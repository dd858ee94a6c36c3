# Two commands do everything on a fresh machine with Python 3.11+ and make:
#   make demo   install, then every report over the embedded demo, then where to look
#   make test   install, fetch the real servers, then every check and test

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint servers lock clean

demo: .venv/.installed
	$(BIN)/mcreports demo

test: .venv/.tested servers lint
	$(BIN)/python -m pytest -n 2 --dist worksteal tests mcreports --doctest-modules
	$(BIN)/python -m pytest --nbval-lax notebooks

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
	$(LOCK) --extra build --output-file requirements.lock
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv build dist
