# Two commands do everything on a fresh machine: `make run` and `make test`. PYTHON names another interpreter.
VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin

export PYTHON

# What the tools say of an editable installation is meant for those who make packages.
INSTALL = PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

# make soak: a short round (about a quarter of an hour); make soak SOAK=--full takes three hours.
SOAK ?=

# The handbook, which Ctrl+F1 opens. It is made anew when something that it tells of has changed.
HANDBOOK = resources/handbook/index.html
TOLD = $(shell find docs workbench CONTRIBUTING.md CHANGELOG.md -type f -not -name '*.pyc')

.PHONY: run test types soak bench docs format package test-package installer installer-test lock clean

run: $(HANDBOOK)
	@echo "Starting Earshot."
	@$(BIN)/python -m workbench

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -n 2 --dist loadgroup

soak: $(VENV)/.test
	$(BIN)/python -m tests.soak $(SOAK)

bench: $(VENV)/.runtime
	$(BIN)/python -m workbench bench

# A link, an anchor or a picture that leads nowhere fails.
docs: $(VENV)/.runtime
	$(BIN)/python -m docs.handbook --strict

$(HANDBOOK): $(VENV)/.runtime $(TOLD)
	@$(BIN)/python -m docs.handbook

# Types by pyright, which brings node along (75 MB): apart from the tests.
types: $(VENV)/.types
	$(BIN)/basedpyright --pythonpath $(BIN)/python

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	@packaging/system_packages.sh runtime
	@echo "Making a virtual environment in $(VENV)."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.runtime: $(VENV)/bin/python pyproject.toml
	@echo "Installing what Earshot needs into $(VENV): some 900 MB on the disk, the first time a few minutes."
	@$(INSTALL) '.[docs]'
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	@packaging/system_packages.sh test
	@echo "Installing what the tests need."
	@$(INSTALL) '.[test]'
	@touch $@

$(VENV)/.types: $(VENV)/.test
	@echo "Installing what checks the types."
	@$(INSTALL) '.[types]'
	@touch $@

# dist/earshot: the program as one folder that needs no Python.
package: $(VENV)/.package $(HANDBOOK)
	$(BIN)/python packaging/build.py

test-package: package
	$(BIN)/python packaging/smoke_test.py

# The Debian package and the portable archive, in dist/; see packaging/README.md.
installer: $(VENV)/.installer $(HANDBOOK)
	$(BIN)/python packaging/build.py
	$(BIN)/python packaging/linux/make_deb.py

# The Debian package on a fresh Debian that has nothing else. Needs root.
installer-test:
	packaging/system_packages.sh installer-test
	$(BIN)/python packaging/linux/installer_test.py

lock:
	packaging/make_lock.sh

$(VENV)/.package: $(VENV)/.runtime packaging/requirements.lock
	packaging/system_packages.sh package
	$(INSTALL) '.[package]'
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement packaging/requirements.lock
	touch $@

$(VENV)/.installer: $(VENV)/.package
	packaging/system_packages.sh installer
	touch $@

clean:
	rm -rf $(VENV) build dist resources/handbook
