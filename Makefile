# Two commands: make demo, make test. Both build their own environment in .venv from pyproject.toml.
PYTHON ?= python3
VENV ?= .venv
TESTS ?=
BIN := $(VENV)/bin

.PHONY: demo test lint docs install tutorials clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("assetplan needs Python 3.11 or newer: make PYTHON=python3.11 …") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action ignore -e '.[docs,notebook,postgis,test]'
	touch $@

demo: install
	$(BIN)/assetplan demo maps/example --force

# TESTS="tests/register …" for a part; PYTEST="-m slow" for the slow ones that CI adds.
# What one of its processes compiles serves the others, and the runs after it, whatever the shell says.
test: export PYTHONDONTWRITEBYTECODE =
test: install
	$(BIN)/python -m pytest -n logical --dist worksteal $(PYTEST) $(TESTS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The documentation, its notebooks run, as build/site/index.html; a warning ends it with an error.
docs: install
	$(BIN)/python -m sphinx -b html -E -n -W --keep-going -j auto -q -d build/doctrees docs build/site

# Write into README and the tutorials what their commands print now.
tutorials: install
	$(BIN)/python tests/tutorials.py

clean:
	rm -rf $(VENV)
