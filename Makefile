# Classeur. `make` says what can be made.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo front test lint unit lowest fork bench messages migration lock clean programs store looks

help:  ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Classeur needs Python 3.11 or newer.")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

demo: $(READY) front  ## Start the demo ENT with Classeur in it (RESET=1 starts over)
	$(BIN)/python -m examples.demo $(if $(RESET),--reset)

front:  ## Build the scripts of the pages, if their sources changed
	@$(PYTHON) -m _build.frontend

programs:
	@.ci/debian

store:
	@.ci/swift $(PYTHON)

test: $(READY) programs store lint unit  ## Install and run the whole test suite

lint: $(READY)  ## Check style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: export PYTHONDONTWRITEBYTECODE :=
# what is covered is measured on SQLite; on PostgreSQL the same tests run again, beside browsers that wait; whoever looks why
# something has failed wants to see both
unit: $(READY) front programs store
	@set -x; failed=0; \
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not browser and not postgresql" \
	    --cov --cov-report=term:skip-covered || failed=1; \
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "browser or postgresql" || failed=1; \
	exit $$failed

lowest: $(READY) front  ## Run the core tests with the oldest supported packages
	.ci/lowest $(PYTHON)

fork: $(READY) front  ## Run the tests of LTI with PyLTI1p3's living fork
	.ci/fork $(PYTHON)

bench: $(READY) front  ## Measure speed against named peers; writes benchmarks/results.json
	$(BIN)/python -m benchmarks

messages: $(READY)  ## List interface texts that lack a translation
	$(BIN)/python -m pytest -q tests/lti/test_i18n.py

migration: $(READY)  ## Make a migration: make migration PACKAGE=binder MESSAGE="what it does"
	$(BIN)/python -m binder.migrations "$(PACKAGE)" "$(MESSAGE)"

lock: $(READY)  ## Pin the development requirements anew
	.ci/lock $(BIN)

clean:  ## Remove everything that was made
	rm -rf $(VENV) .venv-lowest .venv-swift .venv-fork frontend/node_modules tests/foreign/npm/node_modules lti/static/dist .demo build dist *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache
