# Everything is run from here; `make help` lists what there is.
# Needs GNU make and Python 3.11 or newer. Node comes from the machine or, where absent, from a wheel.
# Each finished step leaves a stamp in .venv/done, so that a step runs again only when its inputs changed.

PYTHON ?= python3
JOBS   ?= 3
ARGS   ?=

VENV := .venv
BIN  := $(VENV)/bin
DONE := $(VENV)/done
PIP  := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
NPM  := PATH="$(CURDIR)/$(BIN):$$PATH" npm --loglevel=error

ASSET_SOURCES := $(shell find web/assets -type f 2>/dev/null)
RUNNABLE := $(DONE)/muster $(DONE)/assets
TESTABLE := $(RUNNABLE) $(DONE)/test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run serve worker seed doctor test fast test-fast test-postgres e2e cov soak bench golden \
	check lint types imports templates fmt docs migrate revision wheel assets lock ci clean

ifeq ($(wildcard web/static/*),)
$(shell rm -f $(DONE)/assets)
endif

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z0-9 -]+:.*## / { sub(/ .*/, "", $$1); printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##### Running

run: $(RUNNABLE) ## serve the sample federation on http://127.0.0.1:8000, installing what is missing (ARGS="--port 8001")
	@exec $(BIN)/muster demo $(ARGS)

serve: $(RUNNABLE) ## serve the configured database, with the scheduler inside
	@exec $(BIN)/muster serve $(ARGS)

worker: $(RUNNABLE) ## run one more scheduler and delivery process
	@exec $(BIN)/muster worker $(ARGS)

seed: $(RUNNABLE) ## write the sample federation without serving it
	@$(BIN)/muster demo --no-serve $(ARGS)

doctor: $(RUNNABLE) ## say how database, scheduler, mail, clock and disk are
	@$(BIN)/muster doctor $(ARGS)

migrate: $(RUNNABLE) ## bring the configured database to the newest revision
	@$(BIN)/muster db upgrade

##### Checking

setup: $(TESTABLE) ## install everything that running, checking and testing need
	@echo '==> everything is installed'

test: $(TESTABLE) ## pass every test on SQLite and PostgreSQL and hold the coverage gates
	@$(BIN)/coverage erase
	@$(BIN)/pytest -q -n $(JOBS) --dist loadgroup --cov --cov-report=
	@$(BIN)/coverage report --include='models/rules/*' --fail-under=100
	@$(BIN)/coverage report --fail-under=90

fast test-fast: $(TESTABLE) ## pass the tests that need no PostgreSQL, browser, subprocess or wheel
	@$(BIN)/pytest -q -m 'not postgres and not browser' --ignore=tests/e2e --ignore=tests/packaging $(ARGS)

test-postgres: $(TESTABLE) ## pass the tests that need PostgreSQL
	@$(BIN)/pytest -q -m postgres $(ARGS)

e2e: $(TESTABLE) ## pass the tests that drive the whole program from outside
	@$(BIN)/pytest -q tests/e2e $(ARGS)

cov: $(TESTABLE) ## write htmlcov/index.html: which lines and branches no test reaches
	@$(BIN)/coverage erase
	@$(BIN)/pytest -q -n $(JOBS) --dist loadgroup --cov --cov-report=html

soak: $(TESTABLE) ## repeat the crash, race and property tests MUSTER_TEST_SCALE times as often (default 20)
	@MUSTER_TEST_SCALE=$${MUSTER_TEST_SCALE:-20} $(BIN)/pytest -q tests/scheduler tests/e2e tests/service $(ARGS)

bench: $(TESTABLE) ## run the comparisons in benchmarks/
	@$(BIN)/python benchmarks $(ARGS)

golden: $(TESTABLE) ## write the golden mails and calendars anew; read the diff before committing it
	@MUSTER_GOLDEN=write $(BIN)/pytest -q -k golden $(ARGS)

check: lint types imports templates ## lint, types, import contracts, templates

lint: $(DONE)/test ## ruff: rules and format
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --check; exit 1; }

types: $(DONE)/test ## mypy, strict
	@$(BIN)/mypy

imports: $(DONE)/test ## the arrows between the rooms
	@PYTHONPATH=. $(BIN)/lint-imports

templates: $(TESTABLE) ## compile every template
	@$(BIN)/pytest -q -k templates

fmt: $(DONE)/test ## format the code and repair what ruff can
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format

ci: check test ## what continuous integration runs

##### Making

assets: $(DONE)/assets ## build web/static from web/assets

docs: $(TESTABLE) ## write docs/reference from the code, then check that the documents hold
	@$(BIN)/python tools/write_reference.py
	@$(BIN)/pytest -q tests/docs

revision: $(TESTABLE) ## write a migration from the difference to the tables: make revision m="what changes"
	@test -n "$(m)" || { echo 'make revision needs m="what changes"'; exit 2; }
	@$(BIN)/python tools/write_revision.py "$(m)"

wheel: $(TESTABLE) ## build dist/*.whl
	@rm -rf build/lib build/bdist.*
	@$(BIN)/python -m build --wheel --no-isolation

lock: ## resolve requirements/*.in and package.json into their lock files (UPGRADE=1 takes newer versions)
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip -qq --disable-pip-version-check install uv
	@for name in run test node; do \
		echo "==> requirements/$$name.lock"; \
		build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header --no-annotate $(if $(UPGRADE),--upgrade) \
			$$(test $$name = test && echo --constraints requirements/run.lock) \
			--output-file requirements/$$name.lock requirements/$$name.in || exit 1; \
	done
	@$(MAKE) --no-print-directory $(DONE)/node
	@echo '==> package-lock.json'
	@$(NPM) $(if $(UPGRADE),update,install) --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## remove what can be made again; var/ with its data stays
	@rm -rf $(VENV) build dist node_modules web/static *.egg-info htmlcov .coverage .coverage.* coverage.xml
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

##### Steps with a stamp

$(DONE)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Muster needs Python 3.11 or newer; name one with make PYTHON=/path/to/python3"; exit 1; }
	@echo '==> making $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(DONE) && touch $@

$(DONE)/run: requirements/run.lock $(DONE)/venv
	@echo '==> installing what Muster needs to run'
	@$(PIP) install --require-hashes -r requirements/run.lock
	@touch $@

$(DONE)/test: requirements/test.lock $(DONE)/run
	@echo '==> installing what checks and tests need'
	@$(PIP) install --require-hashes -r requirements/test.lock
	@touch $@

$(DONE)/muster: pyproject.toml requirements/run.in $(DONE)/run
	@echo '==> installing Muster itself, in place'
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# esbuild needs Node 18; an older one, or none, is replaced by the wheel inside .venv.
$(DONE)/node: requirements/node.lock $(DONE)/venv
	@if node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1; then \
		echo "==> using Node $$(node --version) of this machine"; \
	else \
		echo '==> installing Node into $(VENV)'; \
		$(PIP) install --require-hashes -r requirements/node.lock; \
	fi
	@touch $@

# No install script of a package is run: esbuild finds its binary as an optional dependency.
$(DONE)/packages: package.json package-lock.json $(DONE)/node
	@echo '==> installing the packages of the pages'
	@$(NPM) ci --ignore-scripts --no-audit --no-fund >/dev/null
	@touch $@

$(DONE)/assets: $(DONE)/packages $(ASSET_SOURCES)
	@echo '==> building web/static'
	@$(NPM) run --silent build
	@touch $@
