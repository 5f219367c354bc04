# Needs Python 3.11 or newer, make and a package index; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PEOPLE ?=
SEED ?=
export DJANGO_SETTINGS_MODULE := config.settings

.DEFAULT_GOAL := help
.PHONY: help demo run test bench lint messages lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

demo: $(VENV)/runtime messages ## set everything up, fill an empty database with the season of the annexes, start the site (PEOPLE=20000 for fewer people)
	@$(BIN)/python manage.py demo --serve $(if $(PEOPLE),--people $(PEOPLE)) $(if $(SEED),--seed $(SEED)) --port $(PORT)

run: $(VENV)/runtime messages ## start the site and its worker on the database as it is
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py serve --port $(PORT)

test: $(VENV)/development messages ## the whole suite, on SQLite and on the PostgreSQL and Redis that answer
	@$(BIN)/python tests/suite.py $(ARGS)

bench: $(VENV)/development messages ## measure speed as ratios: ARGS="receive --rows 200000", or decide, ledger, memory, peer, redis_away, workers (docs/performance.md)
	@$(BIN)/python benchmarks/run.py $(ARGS)

lint: $(VENV)/development ## ruff, import directions, migrations, translations, lock
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m pytest tests/config/test_translations.py

messages: $(VENV)/runtime ## build the Chinese catalogue from locale/parts
	@$(BIN)/python locale/build.py

lock: $(VENV)/development ## write requirements.txt and requirements-dev.txt anew from the .in files
	@$(BIN)/uv pip compile -q requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q requirements-dev.in -o requirements-dev.txt

clean: ## remove the environment, the demonstration database and its files
	rm -rf $(VENV) db.sqlite3 db.sqlite3-wal db.sqlite3-shm media staticfiles

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@echo "making the virtual environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt | $(BIN)/python
	@echo "installing packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/development: requirements-dev.txt $(VENV)/runtime
	@echo "installing packages of development"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
