# Everything a person does with this project; `make help` lists it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
CATALOGUES := translations/pt_BR/LC_MESSAGES/messages.mo translations/en/LC_MESSAGES/messages.mo
# As many processes as there are processors share the tests file by file; each has databases, ports, folders of its own.
PYTEST := $(PY) -m pytest -n auto --dist=loadfile --no-loadscope-reorder
.DEFAULT_GOAL := help
FLOOR := 87
.PHONY: help run test lint requirements bench prove coverage clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/product.stamp $(CATALOGUES) ## the whole product with the demo company, on http://127.0.0.1:$PORT (8080)
	@DEMO=$${DEMO:-1} exec $(PY) run.py

test: $(VENV)/tests.stamp $(CATALOGUES) ## all tests: SQLite, and PostgreSQL and Redis when TEST_DATABASE_URL, TEST_REDIS_URL are set
	@$(PYTEST) --engine=sqlite $(ARGS)
	@[ -z "$$TEST_DATABASE_URL" ] || $(PYTEST) --engine=postgresql $(ARGS)

lint: $(VENV)/tests.stamp ## ruff and the rules of the house
	@$(VENV)/bin/ruff check .
	@$(PY) tools/house_rules.py

requirements: $(VENV)/tests.stamp ## requirement IDs without a passing test; the last line is `covered N of M`
	@$(PY) tools/requirements_report.py

bench: $(VENV)/tests.stamp $(CATALOGUES) ## benchmarks, one JSON object a line (SIZE=small or full)
	@$(PY) -m bench.run --size $${SIZE:-small}

prove: $(VENV)/tests.stamp $(CATALOGUES) ## load, killed processes and attacks, SECONDS (300) an engine; engines as for `test`
	@$(PY) -m bench.prove --seconds $(or $(SECONDS),300) $(ARGS)

coverage: $(VENV)/tests.stamp $(CATALOGUES) ## what tests without server and browser leave untouched; fails under the floor
	@$(PYTEST) --engine=sqlite --ignore=tests/browser --ignore=tests/running --cov --cov-report= $(ARGS)
	@$(PY) -m coverage report --sort=-miss --fail-under=$(FLOOR)

clean: ## remove what was installed and built; instance/ (the data) stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .coverage htmlcov

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Balcão needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name another: make PYTHON=…"; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python cannot make virtual environments here: on Debian and Ubuntu, apt install python3-venv"; exit 2; }

# A stamp is newer than what it was made from: a second start installs nothing.
$(VENV)/product.stamp: requirements.txt | $(PY)
	@echo "Installing what Balcão runs on (once)…"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/tests.stamp: requirements-dev.txt $(VENV)/product.stamp
	@echo "Installing what the tests need (once)…"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

%.mo: %.po $(VENV)/product.stamp
	@$(PY) tools/tr.py compile
