# Every target sets up what it needs. `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help env demo cast demo-lab check check-all check-campaign lint pages lab-up lab-down clean

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 24

env: ## the Python environment in .venv, as requirements.lock says
	@make/env.sh

demo: env ## the console on simulated hosts: no root, no network; something to see, to break and to repair
	@.venv/bin/quarterdeck demo

demo-lab: env ## the console on real hosts (root): the same with real servers
	@make/demo-lab.sh

check: env ## all checks, real servers included: about 25 minutes on two cores
	@.venv/bin/python make/check.py

check-all: env ## the same with the long tests
	@.venv/bin/python make/check.py --all

check-campaign: env ## every runbook against every fault of its table, with links cut and consoles killed: a table
	@.venv/bin/python -m tests.practice.campaign

lint: env ## ruff, mypy and the import layers only
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

pages: env ## the generated pages and pictures anew, from the code and the practice estate
	@.venv/bin/python -m docs.generate
	@.venv/bin/python -m tests.recording
	@.venv/bin/python -m screenshots.take

cast: env ## the ninety seconds of the demo anew, as a recording to play
	@.venv/bin/python -m screenshots.cast

lab-up: env ## three real hosts with a Galera cluster (root); see lab/README.md
	@LAB_FAST=1 lab/up.sh

lab-down: ## end what lab-up made
	@lab/down.sh

clean: ## remove what was built; the lab's base tree stays
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
