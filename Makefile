# Two commands: `make demo` shows the main job on real input, `make test` passes the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test lint check wheel bench clean

$(BIN)/knapper: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/knapper
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[http]" --group dev
	@touch $@

demo: $(BIN)/knapper
	@rm -rf build/demo
	@echo '$$ knapper init build/demo --source seeds'
	@$(BIN)/knapper init build/demo --source seeds
	@echo; echo '$$ knapper check build/demo --statistics'
	@$(BIN)/knapper check build/demo --statistics --exit-zero
	@echo; echo '$$ knapper check build/demo --fix --statistics'
	@$(BIN)/knapper check build/demo --fix --statistics --exit-zero
	@echo; echo '$$ knapper check build/demo'
	@$(BIN)/knapper check build/demo --exit-zero
	@echo; echo 'the vault is in build/demo; open it in Obsidian, or: $(BIN)/knapper undo --vault build/demo'

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python bench/run.py $(BENCH)

wheel: $(VENV)/.dev
	$(BIN)/python -m build --outdir dist

clean:
	rm -rf $(VENV) build dist
