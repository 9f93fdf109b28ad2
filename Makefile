# What every machine needs comes from here: nothing has to be installed by hand but python3 (3.11 or newer), make and git.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
BIN := .venv/bin
SOURCES := manage.py gunicorn.conf.py numberadmin shop inventory tests
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder --durations=10
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install demo test mutations chaos bench lint check lock pictures clean

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'

install: .venv/.run  ## the environment for running the dashboard

demo: .venv/.run  ## the dashboard on a sandbox of the remote API, with sample data
	@$(BIN)/python -m numberadmin.demo

test: .venv/.dev .tools/browser  ## all tests: on SQLite, in a browser, and again on PostgreSQL where the database matters
	@CHROMIUM="$$(cat .tools/browser)" $(BIN)/python -m pytest $(PARALLEL) $(ARGS)
	@$(BIN)/python -m tests.tools.postgres $(BIN)/python -m pytest tests/accounts/test_guessing.py tests/accounts/test_isolation.py tests/accounts/test_sessions.py tests/audit tests/services tests/together tests/chaos/test_cases.py tests/chaos/test_loads.py $(PARALLEL) $(ARGS)

mutations: .venv/.dev  ## each guard taken out of the code once: which test sees it
	@$(BIN)/python -m tests.tools.mutations $(ARGS)

chaos: .venv/.dev  ## the long form: kill -9 at every step, faults, loads, and the twins without each guard, on both databases
	@$(BIN)/python -m tests.chaos.run
	@$(BIN)/python -m tests.tools.postgres $(BIN)/python -m tests.chaos.run
	@TRIES=50 $(BIN)/python -m pytest tests/accounts/test_guessing.py
	@TRIES=500 $(BIN)/python -m pytest tests/audit/test_what_is_shown.py
	@TRIES=50 $(BIN)/python -m tests.tools.postgres $(BIN)/python -m pytest tests/accounts/test_guessing.py
	@TRIES=500 $(BIN)/python -m tests.tools.postgres $(BIN)/python -m pytest tests/audit/test_what_is_shown.py

bench: .venv/.dev  ## figures beside their baselines: pages, readings, memory, bulk work and plans, on both databases
	@$(BIN)/python -m tests.bench $(ARGS)
	@$(BIN)/python -m tests.tools.postgres $(BIN)/python -m tests.bench $(ARGS)

lint: .venv/.dev  ## style, types, templates, migrations, and Django's own deployment check
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	DEBUG=on $(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/hadolint Dockerfile
	DEBUG=on $(BIN)/python manage.py makemigrations --check --dry-run
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')" $(BIN)/python manage.py check --deploy --fail-level WARNING

check: lint test  ## both

lock: $(BIN)/uv  ## bring the locked requirements up to date
	@for name in requirements-uv requirements requirements-dev; do $(COMPILE) $$name.in -o $$name.txt; done

pictures: .venv/.dev .tools/browser  ## the pictures of the README
	@CHROMIUM="$$(cat .tools/browser)" $(BIN)/python -m tests.tools.pictures

clean:  ## remove what was installed and made
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis var staticfiles

.venv/.dev: requirements-dev.txt $(BIN)/uv
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.run

.venv/.run: requirements.txt $(BIN)/uv
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

$(BIN)/uv: requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it with make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || tests/tools/apt.sh python3-venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-uv.txt
	@touch $@

# The path of a Chromium that starts here; looked for again when it has gone.
.PHONY: .tools/browser
.tools/browser: .venv/.dev
	@mkdir -p .tools
	@test -s $@ && test -x "$$(head -n 1 $@)" || $(BIN)/python -m tests.tools.chromium > $@ || { rm -f $@; exit 1; }
