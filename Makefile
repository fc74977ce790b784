# `make run` and `make test` need Python 3.11 or newer with pip, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REQUIREMENTS := requirements.txt $(wildcard functions/*/requirements.txt)
TRAINING := $(shell find training shared -name '*.py' -o -name '*.txt' | LC_ALL=C sort)

.PHONY: run test fuzz bench clean

run: models/manifest.json
	@exec $(BIN)/python -m local

test: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@for each in shared $(wildcard functions/*/main.py); do $(BIN)/mypy $$each || exit 1; done
	$(BIN)/python -m pytest

# Thousands of requests made of openapi.yaml, others each time: make fuzz FUZZ_SEED=7 repeats some.
fuzz: $(VENV)/installed
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-300} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		$(BIN)/python -m pytest -s tests/test_fuzz.py

# What it measures, as options: make bench BENCH="--resumes FILE --onet DIR"
bench: models/manifest.json $(VENV)/bench-installed
	$(BIN)/python -m bench $(BENCH)

$(VENV)/installed: $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; set PYTHON=python3.12, say" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/bench-installed: $(VENV)/installed bench/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@

models/manifest.json: $(VENV)/installed $(TRAINING)
	$(BIN)/python -m training build
	@touch $@

clean:
	rm -rf $(VENV) .cache build models
