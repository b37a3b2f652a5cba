# Every command a developer needs. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pochade/fashion-mnist
OUT ?= study

.DEFAULT_GOAL := help
.PHONY: help demo study data test lint bench clean

help: ## list these commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: study ## install everything, get Fashion-MNIST, train both nets, write study/report.html

study: $(INSTALLED) data
	$(BIN)/pochade study --out $(OUT)

data: ## get Fashion-MNIST into the cache from Debian's package, where apt-get is at hand
	@bash recipes/fetch-fashion-mnist.sh "$(CACHE)"

test: $(INSTALLED) ## install everything, run the linters and the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

lint: $(INSTALLED) ## mend what the linters can mend, check the rest
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

bench: $(INSTALLED) data ## measure every figure of the README anew (about an hour on two cores)
	$(BIN)/python -m bench.bench_training
	$(BIN)/python -m bench.bench_dimensions
	$(BIN)/python -m bench.bench_study
	$(BIN)/python -m bench.table

clean: ## remove the installation and everything that was built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv || { echo "on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(INSTALLED)
