# Everything a developer types; `make` alone shows it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
PLUGINS := $(wildcard plugins/*/setup.cfg)
DISTRIBUTIONS := . $(dir $(PLUGINS))
CODE := vidwiz migrations worker.py wsgi.py $(wildcard plugins/*/src)
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help run install test failures test-slow chaos bench quality tokens profile lint types imports check lock clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install ## Start everything on this machine and show a sample video
	@$(BIN)/vidwiz up --sample

install: $(VENV)/.installed ## Make the environment with the core and all bundled plugins

test: $(VENV)/.test-installed ## Run the tests, with a real Redis, PostgreSQL and S3 server
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

failures: $(VENV)/.test-installed ## Show how each cause of failure ends, by library, with the local YouTube
	$(BIN)/python -m tests.failures

test-slow: $(VENV)/.test-installed ## Run the long fault and load tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

CHAOS_SEEDS ?= 15
chaos: $(VENV)/.test-installed ## Run CHAOS_SEEDS seeds of faults on each database (15: about 10 minutes)
	VIDWIZ_CHAOS_SEEDS=$(CHAOS_SEEDS) $(BIN)/python -m pytest -n 2 --dist worksteal -m slow -rP tests/chaos

bench: $(VENV)/.test-installed ## Measure, each figure beside its floor (half an hour, on a quiet machine)
	$(BIN)/python -m benchmarks

QUALITY ?=
quality: $(VENV)/.test-installed ## Measure the texts of the provider without a model on real captions
	$(BIN)/python -m benchmarks.quality $(QUALITY)

tokens: $(VENV)/.test-installed ## Count the tokens of a video's texts, beside sending the whole each time
	$(BIN)/python -m benchmarks.tokens

PROFILE ?= var/profile
profile: $(VENV)/.test-installed ## Draw where a video and a note spend their time, into PROFILE (var/profile)
	$(BIN)/python -m benchmarks.profile $(PROFILE)

lint: $(VENV)/.test-installed ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test-installed ## Check types
	$(BIN)/mypy $(CODE)

imports: $(VENV)/.test-installed ## Check who imports whom
	$(BIN)/lint-imports --no-cache

check: lint types imports test test-slow ## Run exactly what CI runs

lock: $(VENV)/.test-installed ## Pin the newest versions of all requirements, with hashes
	$(PIP) install uv
	$(BIN)/$(COMPILE) --upgrade requirements/run.in -o requirements/run.txt
	$(BIN)/$(COMPILE) --upgrade requirements/test.in -o requirements/test.txt

clean: ## Remove the environment and what tools left; your data in var/ stays
	rm -rf $(VENV) build .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name '*.egg-info' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "VidWiz needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) -V 2>&1`." \
			"Name another one: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "Making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python requirements/run.txt setup.cfg pyproject.toml $(PLUGINS)
	@echo "Installing VidWiz and its plugins (about a minute, once) ..."
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation $(addprefix -e ,$(DISTRIBUTIONS))
	@$(BIN)/python -m compileall -q vidwiz migrations plugins/*/src
	@touch $@

$(VENV)/.test-installed: $(VENV)/.installed requirements/test.txt
	@echo "Installing the test tools (once) ..."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@
