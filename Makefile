# Each target sets up what it needs in .venv and is quick when nothing has changed.
# Everything after `##` is what `make help` prints.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ARGS ?=
# Of `make faults`: the seed repeats a run, the minutes are its length.
SEED ?= 1
MINUTES ?= 2
PYTHON ?=
export PYTHON
python := .venv/bin/python
# What has to hold when connections are shared: walls, attacks, intake, queue, and the product's main job.
isolation := tests/isolation tests/integration/worker/test_worker_mailboxes.py \
	$(addprefix tests/integration/test_,walls.py pooled.py intake_http.py stop_turn.py) \
	tests/scenario/test_first_light.py
# A sample run must not depend on what the developer has set for a real one.
unset := env -u DATABASE_URL -u DATABASE_ADMIN_URL -u GROQ_API_KEY -u ANTHROPIC_API_KEY -u GEMINI_API_KEY \
	-u OPENAI_COMPATIBLE_API_KEY -u OPENAI_COMPATIBLE_BASE_URL -u SLACK_BOT_TOKEN -u SLACK_APP_TOKEN -u SLACK_API_BASE_URL

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: set-up ## Start everything on this machine and print one address (ARGS="--script docs/demo.yaml")
	@.venv/bin/aegis demo $(ARGS)

.PHONY: test
test: set-up ## Run the tests (ARGS="tests/unit -k router")
	@$(python) -m pytest -n 4 --dist worksteal $(ARGS)

.PHONY: check
check: set-up ## Format, lint, types, import contracts, dependencies, docs, sample run, pgbouncer, faults; then the tests
	@# The fault run waits more than it computes, so the other steps go on beside it.
	@$(MAKE) -j 2 --output-sync=target fault-run code-checks pooled-tests
	@echo '== tests' && $(MAKE) test

.PHONY: code-checks
code-checks:
	@echo '== format' && $(python) -m ruff format --check .
	@echo '== lint' && $(python) -m ruff check .
	@echo '== types' && $(python) -m mypy
	@echo '== import contracts' && .venv/bin/lint-imports --no-logo
	@echo '== dependencies' && $(python) -m deptry .
	@echo '== docs' && $(python) -m pytest tests/contract/test_docs.py \
		tests/contract/test_sandbox_docs.py tests/contract/test_glossary.py
	@echo '== sample run' && $(MAKE) sample-run

.PHONY: pooled-tests
pooled-tests:
	@echo '== isolation through pgbouncer' && $(python) -m pytest -n 2 --through-pgbouncer $(isolation)

.PHONY: fault-run
fault-run:
	@echo '== faults' && $(python) -m tests.faults --seed 1 --minutes 2 --lease 2

.PHONY: faults
faults: set-up ## Play faults under load and check the history (SEED=1 MINUTES=2, ARGS="--lease 1")
	@$(python) -m tests.faults --seed $(SEED) --minutes $(MINUTES) $(ARGS)

.PHONY: load
load: set-up ## Measure 30,000 events an hour in one workspace, and 100 a second in 500
	@$(python) -m tests.faults.volume --tenants 1 --rate 8.34 --minutes 10
	@$(python) -m tests.faults.volume --tenants 500 --rate 100 --minutes 2

.PHONY: check-long
check-long: set-up ## Three fault runs of 20 minutes, 30 kills a point, the database storm, 10,000 answers, the loads
	@for seed in 1 2 3; do $(python) -m tests.faults --seed $$seed --minutes 20; done
	@$(python) -m tests.faults.kills --times 30
	@$(python) -m tests.faults.storm
	@$(python) -m tests.rendering --answers 10000
	@$(MAKE) load

.PHONY: sample-run
sample-run:
	@$(unset) timeout 300 .venv/bin/aegis demo --script docs/demo.yaml

.PHONY: install-transcript
install-transcript: set-up ## Write docs/install-transcript.md from a run of docs/install.yaml
	@mkdir -p build
	@$(unset) timeout 300 .venv/bin/aegis demo --script docs/install.yaml > build/install-transcript.jsonl
	@$(python) -m tests.transcripts < build/install-transcript.jsonl > docs/install-transcript.md
	@rm build/install-transcript.jsonl

.PHONY: pictures
pictures: set-up ## Write docs/images/*.png anew, from the demo's page; needs Chromium, no part of check (ARGS="why home")
	@$(unset) $(python) -m tests.pictures $(ARGS)

.PHONY: bench
bench: set-up ## Measure intake, first text, retrieval, streams and tenants; writes bench/latest.json
	@$(python) -m bench $(ARGS)

.PHONY: bench-retrieval
bench-retrieval: set-up ## Measure how well and how fast is found; writes bench/retrieval.json (ARGS="--only times")
	@$(python) -m bench.retrieval $(ARGS)

.PHONY: bench-attacks
bench-attacks: set-up .venv/attacks/.done ## Play AgentDojo against the dispatcher; writes bench/attacks.json (ARGS="--without writes-ask")
	@$(python) -m bench.attacks $(ARGS)

# AgentDojo asks for half a dozen model vendors' libraries: it never comes near the product's own.
.venv/attacks/.done: requirements-attacks.txt | set-up
	@$(python) -m venv --clear --without-pip .venv/attacks
	@$(python) -m pip --disable-pip-version-check --python .venv/attacks/bin/python install -qq --require-hashes -r $<
	@touch $@

.PHONY: run
run: set-up ## Serve a real Slack workspace: web and worker in one process
	@.venv/bin/aegis serve --all $(ARGS)

.PHONY: migrate
migrate: set-up ## Bring the database up to date
	@.venv/bin/aegis migrate

.PHONY: doctor
doctor: set-up ## Check settings, database, Slack and models
	@.venv/bin/aegis doctor

.PHONY: model
model: ## Build the embedding model, if an earlier try failed
	@RETRY_MODEL=1 .ci/set-up

.PHONY: lock
lock: ## Lock the dependencies again, with hashes and without an index address (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: pip install uv' >&2; exit 1; }
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --quiet -o requirements.txt
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --quiet -c requirements.txt -o requirements-dev.txt
	uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --quiet -o requirements-attacks.txt <<< 'agentdojo==0.1.35'

.PHONY: snapshot
snapshot: set-up ## Write migrations/schema/*.txt anew, after adding a migration
	@AEGIS_WRITE_SNAPSHOT=1 $(python) -m pytest tests/contract/test_migrations.py -k snapshot

.PHONY: set-up
set-up:
	@.ci/set-up

.PHONY: clean
clean: ## Remove .venv and caches; the state directory .aegis is data and stays
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache ./*.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
