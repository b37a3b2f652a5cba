# Every command a developer needs. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pochade
DRAWINGS := $(CACHE)/openclipart
OUT ?= study
DEMO ?= demo
EXTRAS ?= dev
PYTEST = OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist worksteal  # one test process per core, one thread each
PAGE := $(shell find frontend -name node_modules -prune -o -type f ! -name schema.d.ts -print)

.DEFAULT_GOAL := help
.PHONY: help install demo study drawings papers paintings figures packs data test test-all quick lint docs notebook bench bare app clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

install: $(INSTALLED) ## install everything into .venv

demo: $(INSTALLED) drawings ## install everything, get real drawings, learn them, find one again (demo/found.png), open the page
	bash experiments/recipes/demo.sh $(BIN)/pochade $(DRAWINGS) $(DEMO)

study: $(INSTALLED) data ## install everything, get Fashion-MNIST, train the models, write study/report.html
	$(BIN)/pochade study --out $(OUT)

drawings: ## get 8,121 public-domain drawings into the cache, from Debian's package openclipart-png
	@bash experiments/recipes/fetch-debian.sh openclipart-png usr/share/openclipart/png "$(DRAWINGS)"

papers: ## get 17 photographs of papers (CC0) into the cache, from Debian's package mypaint-data-extras
	@bash experiments/recipes/fetch-debian.sh mypaint-data-extras usr/share/mypaint/backgrounds "$(CACHE)/papers"

data: ## get Fashion-MNIST into the cache, from Debian's package where apt-get exists
	@bash experiments/recipes/fetch-debian.sh dataset-fashion-mnist usr/share/datasets/fashion-mnist "$(CACHE)/fashion-mnist" \
		|| echo "'pochade study' will download Fashion-MNIST itself" >&2

test: $(INSTALLED) ## install everything, run the linters, the type checker and the tests (about 20 minutes on 2 cores)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m "not full"

test-all: $(INSTALLED) ## the same, with kill and mutation campaigns in their full form
	$(PYTEST)

bare: $(INSTALLED) ## install the wheel without extras into build/bare, run every kind of command there, print the size
	bash packaging/bare_install.sh $(BIN)/python build/bare

app: $(INSTALLED) ## build the application in one folder, build/app/pochade, and its archive
	bash packaging/build_app.sh $(BIN)/python build/app

quick: $(INSTALLED) ## lint, check types and run the fast tests (under 90 seconds)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -m "not slow and not full"

lint: $(INSTALLED) ## fix what the linters can fix, check the rest
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

docs: $(INSTALLED) ## build the documentation site into site/
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	$(BIN)/mkdocs build --strict

notebook: $(INSTALLED) ## make examples/lesson.ipynb from examples/lesson.py
	$(BIN)/jupytext --quiet --to notebook --output examples/lesson.ipynb examples/lesson.py
	@echo "wrote examples/lesson.ipynb: open it in VS Code or Jupyter" >&2

figures: ## get 241 painted figures to measure on into the cache, from Debian's package wesnoth-1.16-data (GPL, CC BY-SA)
	@bash experiments/recipes/fetch-debian.sh wesnoth-1.16-data usr/share/games/wesnoth/1.16/data "$(CACHE)/wesnoth"

paintings: ## get pictures by many hands to learn from into the cache, from 118 of Debian's packages (3.3 GB to download, free licences)
	@bash experiments/recipes/fetch-paintings.sh "$(CACHE)/paintings"

packs: $(INSTALLED) drawings paintings ## write experiments/packs/*.pack, the pictures that models are trained on (half an hour on two cores)
	$(BIN)/python -m experiments.pack

bench: $(INSTALLED) data drawings papers figures ## measure every figure again (some hours on two cores)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/pip install --quiet --no-deps pythae==0.1.2  # asks for packages that Python has had since 3.7
	$(BIN)/python -m experiments.bench.bench_copies
	$(BIN)/python -m experiments.bench.bench_clean
	$(BIN)/python -m experiments.bench.bench_codes
	$(BIN)/python -m experiments.bench.bench_collection
	$(BIN)/python -m experiments.bench.bench_many
	$(BIN)/python -m experiments.bench.bench_search
	$(BIN)/python -m experiments.bench.bench_server_storm
	$(BIN)/python -m experiments.bench.bench_natural_pairs
	$(BIN)/python -m experiments.bench.bench_families
	$(BIN)/python -m experiments.bench.bench_family_search
	$(BIN)/python -m experiments.bench.bench_family_speed
	$(BIN)/python -m experiments.bench.bench_duplicate_rivals
	$(BIN)/python -m experiments.bench.bench_groups
	$(BIN)/python -m experiments.bench.bench_teach
	$(BIN)/python -m experiments.bench.bench_theme_weights
	$(BIN)/python -m experiments.bench.bench_technique
	$(BIN)/python -m experiments.bench.bench_drawings
	$(BIN)/python -m experiments.bench.bench_wall
	$(BIN)/python -m experiments.bench.bench_kills
	$(BIN)/python -m experiments.bench.bench_mutations
	$(BIN)/python -m experiments.bench.bench_archive
	$(BIN)/python -m experiments.bench.bench_additions
	$(BIN)/python -m experiments.bench.bench_effort
	$(BIN)/python -m experiments.bench.bench_fidelity
	$(BIN)/python -m experiments.bench.bench_restoring
	$(BIN)/python -m experiments.bench.bench_mending
	$(BIN)/python -m experiments.bench.bench_previews
	$(BIN)/python -m experiments.bench.bench_create
	$(BIN)/python -m experiments.bench.bench_create_patches
	$(BIN)/python -m experiments.bench.bench_generate
	$(BIN)/python -m experiments.bench.bench_morphs
	$(BIN)/python -m experiments.bench.bench_manner
	$(BIN)/python -m experiments.bench.bench_training
	$(BIN)/python -m experiments.bench.bench_kit
	$(BIN)/python -m experiments.bench.bench_runtime
	$(BIN)/python -m experiments.bench.bench_dimensions
	$(BIN)/python -m experiments.bench.bench_study
	$(BIN)/python -m experiments.report.write

clean: ## remove the installation and everything that was built
	rm -rf .venv build dist site .mypy_cache .ruff_cache .pytest_cache frontend/node_modules src/pochade/web/static/built

$(INSTALLED): pyproject.toml constraints.txt hatch_build.py $(PAGE)
	$(PYTHON) -m venv .venv || { echo "on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@test -f src/pochade/web/static/built/index.html || echo "the page was not built: npm's registry was not reached, or Node failed; everything else is installed" >&2
	touch $(INSTALLED)
