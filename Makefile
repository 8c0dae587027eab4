# make help lists the commands. Every command sets up what it needs first.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo online test check lint types floors docs lock lock-check conformance openapi screenshots pages-check bench fuzz soak

BIN := .venv/bin
# Options for the command behind a target:   make demo ARGS="--lang zh"   make test ARGS="-k bsp"
ARGS ?=
# A Python of your choice for the virtual environment:   make PYTHON=python3.12 setup
export PYTHON ?=
# Hundreds of processes begin during the tests: each would compile every module anew where bytecode is not kept.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# A virtual environment knows the folder it was made in: a copy of this folder needs its own.
ifneq ($(shell cat .venv/.home 2>/dev/null),$(realpath .))
.PHONY: .venv/.ready
endif

.venv/.ready: requirements/bootstrap.lock requirements/dev.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh

setup: .venv/.ready ## virtual environment with everything in it (done by the others, too)
	@:

demo: setup ## a country with rules, an operator, a person, a phone: the whole story, narrated
	@$(BIN)/openesim demo $(ARGS)

online: setup ## both profiles get their user online, through Debian's hostapd and eapol_test, narrated
	@$(BIN)/openesim online $(ARGS)

test: setup ## the tests
	@$(BIN)/python -m pytest -n 3 $(ARGS)

check: lint types floors docs lock-check pages-check test ## everything CI checks, tests last

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup
	$(BIN)/mypy

floors: setup
	$(BIN)/lint-imports --no-cache

docs: setup
	$(BIN)/interrogate src

conformance: setup ## docs/conformance.md, docs/configuration.md and the order diagram, from the sources
	$(BIN)/python tools/conformance.py

openapi: setup ## docs/openapi.json, from the routes of the REST API
	$(BIN)/python tools/openapi.py

screenshots: setup ## pictures of the desks, into docs/images
	@$(BIN)/python -m tools.screenshots $(ARGS)

pages-check: setup
	$(BIN)/python tools/conformance.py --check
	$(BIN)/python tools/openapi.py --check

bench: setup ## figures as ratios of one run, into benchmarks/results.json
	@$(BIN)/python -m benchmarks $(ARGS)

fuzz: ## coverage-guided fuzzing of the decoders
	@sh tools/setup.sh fuzz
	@$(BIN)/python -m tests.fuzz $(ARGS)

COMPILE = $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make lock" $(ARGS)

soak: setup ## two servers on PostgreSQL under a crowd of phones, killed at random moments for ten minutes
	@$(BIN)/python -m tests.faults.soak $(ARGS)

lock: setup ## write the lock files again (newest versions: make lock ARGS=--upgrade)
	$(COMPILE) --group bootstrap -o requirements/bootstrap.lock
	$(COMPILE) pyproject.toml --group dev -o requirements/dev.lock
	$(COMPILE) --group fuzz -o requirements/fuzz.lock
	@$(MAKE) --no-print-directory lock-check

lock-check: setup
	$(BIN)/python tools/check_lock.py
