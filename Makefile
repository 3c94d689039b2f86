# `make demo` and `make test` install what they need into .venv; nothing else has to be done first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS ?= 3
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench screenshots wheel clean install

help:  ## Show these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(INSTALLED): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "proctor: $(PYTHON) was not found. Install Python 3.11 or later, or say PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "proctor: Python 3.11 or later is needed. Say which: make PYTHON=python3.12"; exit 1; }
	@echo "Installing into $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q core tui
	@touch $@

install: $(INSTALLED)  ## Install into .venv

demo: $(INSTALLED)  ## Run the demo app in the terminal UI
	@$(BIN)/proctor start -f Procfile.demo

lint: $(INSTALLED)  ## Lint, format check, strict types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > .lint-imports.log 2>&1 || { cat .lint-imports.log; rm -f .lint-imports.log; exit 1; }
	@rm -f .lint-imports.log

test: lint  ## Lint, then all tests (PYTEST_ARGS="-k words" narrows them)
	@$(BIN)/python -m pytest -n 3 --dist loadfile $(PYTEST_ARGS)

format: $(INSTALLED)  ## Format and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(INSTALLED)  ## Measure side by side with the peers (RUNS=3)
	@cd tests && ../$(BIN)/python -m bench.run --runs $(RUNS)

screenshots: $(INSTALLED)  ## Take the pictures in screenshots/ from the real app
	@$(BIN)/python screenshots/take.py

wheel: $(INSTALLED)  ## Build dist/*.whl
	@$(BIN)/hatchling build -t wheel

clean:  ## Remove what was built and installed
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
