# make run, make test: the two commands. Everything else is for those who work on AosEdge.
PYTHON ?= python3
BIN := .venv/bin
VAR ?= var
export VAR

.PHONY: help setup run stop test check bench mutants pictures openapi protos docs lock clean

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## virtual environment and console from their lock files, and the machine's packages
	@PYTHON="$(PYTHON)" sh scripts/setup.sh
	@sh scripts/console.sh

run: setup ## the loop, closing with real containers (ONCE=1: once, then stop all; CAMPAIGN=1: twenty Units, two releases)
	@$(BIN)/python scripts/$(if $(CAMPAIGN),campaign,loop).py run $(if $(ONCE),--once)

stop: ## stop what make run left running
	@if [ -x $(BIN)/python ]; then $(BIN)/python scripts/campaign.py stop; $(BIN)/python scripts/loop.py stop; fi

test: setup ## all tests
	@sh scripts/test.sh

pictures: setup ## the console's pages anew under docs/screenshots
	PICTURES=1 $(BIN)/python -m pytest -q tests/browser -k "axe or selector or compared"

check: setup ## style, types, imports, OpenAPI, documents
	@sh scripts/check.sh

bench: setup ## benchmarks against their baselines
	$(BIN)/python -m bench.gateway
	$(BIN)/python -m bench.agent
	$(BIN)/python -m bench.loop
	$(BIN)/python -m bench.campaign
	$(BIN)/python -m bench.compiling

mutants: setup ## planted faults, each found by the simulator or the access matrix
	$(BIN)/python scripts/mutants.py
	$(BIN)/python scripts/access_mutants.py

openapi: setup ## write openapi/aoscloud.json anew
	$(BIN)/python -m aosedge.cloud.api.openapi

protos: setup ## write the modules of the provisioning interface anew
	$(BIN)/python -m grpc_tools.protoc -I src --python_out=src --pyi_out=src src/aosedge/core/identity/protos/*.proto

docs: setup ## the documents as pages under dist/docs
	$(BIN)/sphinx-build -W -q -b html docs dist/docs

lock: setup ## resolve the dependencies anew
	$(BIN)/uv pip compile --group dev pyproject.toml --python-version 3.11 --universal --generate-hashes -q \
		--custom-compile-command "make lock" -o requirements.lock

clean: stop ## remove what was built; the state in var/ stays
	rm -rf .venv dist console/node_modules src/aosedge/cloud/console .mypy_cache .ruff_cache .pytest_cache .hypothesis
