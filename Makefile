# `make demo` and `make test` do all the set-up they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench weights reference docs lock clean

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "rolediff needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(VENV)/.ready  ## the main job on the bundled reference snapshot, offline
	@$(BIN)/rolediff compare "data specialist" "lead machine learning engineer" --snapshot reference
	@$(BIN)/rolediff site demo --named --snapshot reference
	@echo
	@echo "That was a comparison in the terminal; open demo/index.html for the same as a small site."
	@echo "Next:"
	@echo "  . .venv/bin/activate"
	@echo '  rolediff compare "data science manager" "lead ML engineer" --format markdown'
	@echo "  rolediff serve --snapshot reference          # all of it in the browser"
	@echo "  rolediff evidence lead-machine-learning-engineer/skill/python"
	@echo "  rolediff ingest YOUR-POSTINGS.csv && rolediff build && rolediff compare A B"

test: $(VENV)/.ready  ## ruff, mypy and the test suite
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

lint: $(VENV)/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready  ## speed, as ratios to a floor measured in the same run
	$(BIN)/python tools/bench.py
	$(BIN)/python tools/bench_site.py

weights: $(VENV)/.ready  ## learn data/*_weights.parquet anew from tools/labels and the texts of ROLEDIFF_SHARED
	$(BIN)/python tools/learn.py

reference: $(VENV)/.ready  ## rebuild the bundled reference snapshot from ROLEDIFF_SHARED
	$(BIN)/python tools/reference.py

docs: $(VENV)/.ready  ## rewrite the generated parts of docs/
	$(BIN)/python tools/reference_docs.py

lock:  ## renew the locked dependencies
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) demo
