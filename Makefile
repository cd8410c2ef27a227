# Two commands do all the set-up: `make demo` opens the app, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: demo demo-web test check static bench screenshots format clean system-packages

demo: $(STAMP)
	$(BIN)/sshtui demo

demo-web: $(STAMP)
	@$(BIN)/python -c 'import aiohttp, segno' 2>/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check -e '.[web]'
	@$(BIN)/sshtui demo --web

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "sshtui needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The venv module is missing; on Debian: apt install python3-venv"; exit 1; }

$(STAMP): $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(DEV_STAMP): $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $(STAMP) $@

system-packages:
	@tests/install-system-packages

test: system-packages static
	$(BIN)/python -m pytest -n auto --dist loadgroup tests

check: static
	$(BIN)/python -m pytest -q -n auto tests/unit

static: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

bench: $(DEV_STAMP)
	$(BIN)/python -m tests.bench

screenshots: $(DEV_STAMP)
	$(BIN)/python -m tests.screenshots

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache
