# Two commands do everything on a fresh machine: `make run` and `make test`. PYTHON names another interpreter.
VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin

export PYTHON

# make soak: a short round (about ten minutes); make soak SOAK=--full takes two hours.
SOAK ?=

.PHONY: run test soak bench format package test-package clean

run: $(VENV)/.runtime
	$(BIN)/python -m workbench

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -n 2 --dist loadgroup

soak: $(VENV)/.test
	$(BIN)/python -m tests.soak.recovery $(SOAK)
	$(BIN)/python -m tests.soak.two_clocks $(SOAK)
	$(BIN)/python -m tests.soak.gui_stall $(SOAK)
	$(BIN)/python -m tests.soak.recording_kill $(SOAK)
	$(BIN)/python -m tests.soak.live_hour $(SOAK)
	$(BIN)/python -m tests.soak.microphone_check $(SOAK)
	$(BIN)/python -m tests.soak.session_kill $(SOAK)
	$(BIN)/python -m tests.soak.fuzzed_files $(SOAK)

bench: $(VENV)/.runtime
	$(BIN)/python -m workbench bench

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	packaging/system_packages.sh runtime
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.runtime: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.test: $(VENV)/.runtime
	packaging/system_packages.sh test
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

# dist/earshot: the program as one folder that needs no Python.
package: $(VENV)/.package
	$(BIN)/python packaging/build.py

test-package: package
	$(BIN)/python packaging/smoke_test.py

$(VENV)/.package: $(VENV)/.runtime
	packaging/system_packages.sh package
	$(BIN)/python -m pip install --quiet --editable '.[package]'
	touch $@

clean:
	rm -rf $(VENV) build dist
