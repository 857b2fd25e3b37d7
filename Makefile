# `make report` and `make test` do all the set-up on a machine with Python >= 3.11, venv and make.
PYTHON ?= python3
VENV ?= .venv
PROFILE ?= quick
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Node renders the formulas; the Python wheel that brings it is taken only where there is none.
NODE_MAJOR := $(shell node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')
EXTRAS := notebooks,coding$(shell test "0$(NODE_MAJOR)" -ge 18 || echo ,html)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: report test check lint bench constraints clean

report: $(READY)  ## execute the notebooks, write reports/
	$(BIN)/infobound report --profile $(PROFILE)

test: $(READY)  ## the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

check: $(READY)  ## do the committed reports match what the sources produce?
	$(BIN)/infobound report --profile quick --check

lint: $(READY)  ## style, types, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## speed, as ratios measured in one run
	$(BIN)/python -m benchmarks

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "infobound needs Python >= 3.11; set PYTHON=")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q "pip>=25.1"
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[$(EXTRAS)]" --group dev
	touch $@

constraints: $(READY)  ## refresh constraints.txt from this environment
	( sed -n '/^#/p' constraints.txt; $(BIN)/python -m pip freeze --exclude-editable ) > $(VENV)/constraints.new
	mv $(VENV)/constraints.new constraints.txt

clean:
	rm -rf $(VENV) .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist
