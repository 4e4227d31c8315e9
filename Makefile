# make serve: everything up to a running assistant.  make test: everything up to passing tests.
SHELL := /bin/bash
.DEFAULT_GOAL := help
UV_DIR := .local/uv
UV_PYTHON_DOWNLOADS := never
export UV_PYTHON_DOWNLOADS RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1
# An installed uv is used; otherwise one is fetched into a folder of this project (Debian's pip installs there without asking).
UV := $(shell command -v uv 2>/dev/null || echo $(UV_DIR)/bin/uv)
RUN := .venv/bin/

.PHONY: help serve test check train validate bench bench-nlu compare baselines clean environment

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

serve: environment ## Start the assistant on http://localhost:8000
	@$(RUN)madoguchi serve

test: environment ## Run all tests (trains the model first if its inputs changed)
	@$(RUN)madoguchi train
	@$(RUN)python -m pytest -q

check: environment ## Formatting, types, import order, data files, migrations
	@$(RUN)ruff check .
	@$(RUN)mypy bot nlu actions knowledge connectors
	@$(RUN)lint-imports
	@$(RUN)madoguchi knowledge check
	@d=$$(mktemp -d) && MADOGUCHI_DATA_DIR=$$d $(RUN)madoguchi db check; s=$$?; rm -rf $$d; exit $$s

validate: environment ## Check every data file: schemas, ids, sources, readable wording
	@$(RUN)madoguchi knowledge check

train: environment ## Train the model if its inputs changed
	@$(RUN)madoguchi train

bench: environment ## Time the understanding of messages
	@$(RUN)python -m bot.evaluation.bench

bench-nlu: bench ## The same as bench

compare: environment ## Compare learners for the intents, Rasa's stock pipeline among them (minutes)
	@$(RUN)python -m bot.evaluation.learners --stock --confusions

baselines: environment ## Judge plain keywords on the hold-out messages, beside the assistant
	@$(RUN)python -m bot.evaluation.baselines

clean: ## Remove environment, models and caches; the data in var/ stays
	rm -rf .venv .local models .rasa .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

environment: .venv/.synced

.venv/.synced: pyproject.toml uv.lock | $(UV)
	@echo "Setting up the Python environment (a few minutes the first time) …"
	@$(UV) sync --frozen
	@touch $@

$(UV_DIR)/bin/uv:
	@echo "Fetching uv …"
	@python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target $(UV_DIR) uv
