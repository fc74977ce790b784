# `make run` and `make test` need Python 3.11 or newer with pip, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REQUIREMENTS := requirements.txt training/requirements.txt training/processing/requirements.txt \
	$(wildcard functions/*/requirements.in)
FUNCTIONS := $(patsubst functions/%/main.py,%,$(wildcard functions/*/main.py))
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make lock"
# The directory, too: it is newer when a file of it goes.
TRAINING := training/starter $(shell find training shared -name '*.py' -o -path '*/starter/*.txt' -o -path '*/sources/*.txt' | LC_ALL=C sort)

.PHONY: run test fuzz soak testbench audit lock sbom bench clean

run: models/manifest.json
	@$(BIN)/python -m local.vendor || \
		echo "warning: the page has no charts, and reads no PDF and no DOCX" >&2
	@exec $(BIN)/python -m local

test: $(VENV)/installed $(VENV)/spark-installed
	@.ci/java
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@for each in shared $(wildcard functions/*/main.py); do $(BIN)/mypy $$each || exit 1; done
	$(BIN)/python .ci/audit.py
	.ci/chromium
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

audit: $(VENV)/installed
	$(BIN)/python .ci/audit.py

# What the functions need in requirements.in, with all that it needs, each file by its hash. Keeps
# the versions that are locked already: make lock UPGRADE=--upgrade takes the newest.
lock: $(VENV)/installed
	@for each in $(FUNCTIONS); do \
		$(LOCK) $(UPGRADE) functions/$$each/requirements.in -o functions/$$each/requirements.txt \
		|| exit 1; done

# What is in each function's bundle, as CycloneDX has it.
sbom: $(VENV)/installed
	@mkdir -p build
	@for each in $(FUNCTIONS); do \
		$(BIN)/cyclonedx-py requirements functions/$$each/requirements.txt \
		--output-reproducible --output-format JSON --output-file build/$$each.cdx.json || exit 1; \
		echo "build/$$each.cdx.json"; done

# Thousands of requests made of openapi.yaml, others each time: make fuzz FUZZ_SEED=7 repeats some.
fuzz: $(VENV)/installed
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-300} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		$(BIN)/python -m pytest -s tests/test_fuzz.py

# Eight clients, versions that come and go, a bucket that fails: make soak SOAK_SECONDS=600, say.
soak: $(VENV)/installed
	SOAK_SECONDS=$${SOAK_SECONDS:-1800} SOAK_SEED=$${SOAK_SEED:-$$(date +%s)} \
		$(BIN)/python -m pytest -s tests/test_soak.py

# Whether the tests' bucket answers as Google's does: make testbench CHECKOUT=../storage-testbench
testbench: $(VENV)/installed
	.ci/testbench "$(CHECKOUT)"

# What it measures, as options: make bench BENCH="--resumes FILE --onet DIR"
bench: models/manifest.json $(VENV)/bench-installed
	$(BIN)/python -m bench $(BENCH)

$(VENV)/installed: $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; set PYTHON=python3.12, say" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		$$(grep '^uv==' requirements.txt) && .ci/install $(VENV) -r requirements.txt
	@touch $@

$(VENV)/bench-installed: $(VENV)/installed bench/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@

$(VENV)/spark-installed: $(VENV)/installed training/processing/requirements-spark.txt
	.ci/install $(VENV) -r training/processing/requirements-spark.txt
	@touch $@

models/manifest.json: $(VENV)/installed $(TRAINING)
	$(BIN)/python -m training build
	@touch $@

clean:
	rm -rf $(VENV) .cache build models web/vendor
