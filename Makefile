# Two commands do everything on a fresh machine with Python 3.11 or later and make: `make demo` and `make test`.
# Both make their own environment and get their own Pulumi engine (which needs Go where Pulumi can't be downloaded).

PYTHON ?= python3
BIN := .venv/bin
PULUMI_AWS := pulumi-aws==7.51.1

.PHONY: help demo test check format lint types project unit wire unit-and-wire docs docs-serve captures dist wheel package acceptance javascript plugin oldest \
	schema state audit torture mutants bench engine release clean

help:
	@echo 'make demo        the main job on a server that stands for AWS: a gated session, a dependant, drift'
	@echo 'make test        everything: format, lint, types, unit, wire, packaging and acceptance tests, the documentation'
	@echo 'make check       the same without the documentation and the packaging and acceptance tests, under a minute'
	@echo 'make docs        builds the documentation site into site/ and looks at it; make docs-serve shows it while one writes'
	@echo 'make package     builds the wheel and looks at it'
	@echo 'make acceptance  the tests on the real engine alone, with the wheel'
	@echo 'make javascript  runs the example in JavaScript, which needs its SDK from npm'
	@echo 'make plugin      runs the example that needs the plugin of pulumi-aws, which the engine downloads'
	@echo 'make oldest      the tests with the oldest of all that the package needs'
	@echo 'make captures    runs the tutorial and puts what it prints into its page'
	@echo 'make schema      writes the native provider\''s schema, which is made of the Python API'
	@echo 'make state       keeps the state that a new version writes, for the tests of later ones'
	@echo 'make audit       asks whether anything that is installed here is known to be vulnerable; needs the package index'
	@echo 'make torture     tries hard what make test tries a little; about two hours'
	@echo 'make mutants     breaks the core in every small way, to see that a test notices; about a quarter of an hour'
	@echo 'make bench       measures it beside the other ways; up to an hour, on a machine that does nothing else'
	@echo 'make clean       removes the environments'

demo: .demo-venv/made
	@.demo-venv/bin/python tools/demo.py

test: check docs package acceptance

check: lint types unit-and-wire

format: .venv/made
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lint: .venv/made
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive provider tools
	$(BIN)/lint-imports
	$(BIN)/python tools/lint_workflows.py
	$(BIN)/zizmor --offline --quiet --persona pedantic --strict-collection .
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/feature.yml

types: .venv/made
	$(BIN)/mypy
	$(BIN)/mypy examples --exclude '^examples/testing/'
	MYPYPATH=examples/testing $(BIN)/mypy examples/testing/__main__.py examples/testing/test_infrastructure.py
	$(BIN)/mypy bench/*.py bench/contenders/*.py
	$(BIN)/pyright

unit-and-wire: .venv/made
	$(BIN)/pytest tests/project tests/unit tests/wire -n 2 --cov --cov-report=term:skip-covered --cov-report=json:coverage.json --cov-fail-under=98
	@$(BIN)/python tools/branches.py coverage.json 98

# The project's own tools and files; the others need the package and what it needs, which is why they run with old versions too.
project: .venv/made
	$(BIN)/pytest tests/project -n 2

unit: .venv/made
	$(BIN)/pytest tests/unit -n 2

wire: .venv/made
	$(BIN)/pytest tests/wire -n 2

# Each link and anchor within the site is checked by the build, which fails at a warning (with --quiet it would not). Links to elsewhere are
# not followed.
docs: .venv/made
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/pytest tests/documentation

docs-serve: .venv/made
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

captures: .venv/made engine
	$(BIN)/python tools/captures.py

# What is published: an sdist, and the wheel that is made of it. With the hatchling of requirements-dev.txt, so each time the same and offline.
dist: .venv/made
	@rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*

# An environment with the wheel and what the wheel asks for, as a user has it.
wheel: dist .wheel-venv/made
	@.wheel-venv/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl

package: wheel
	$(BIN)/pytest tests/packaging

# The package is the wheel's, and so is all that programs see; pytest and what else the tests need are lent by .venv, where the package is
# only linked to, which Python doesn't follow from here. The engine is got first and in sight: the first time it may take minutes.
acceptance: wheel engine
	GLUE_SESSION_FROM=wheel PYTHONPATH="$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
		.wheel-venv/bin/python -m pytest tests/acceptance -n 2

schema: .venv/made
	$(BIN)/python tools/package_schema.py

state: .venv/made engine
	GLUE_SESSION_KEEP_STATE=1 $(BIN)/pytest tests/acceptance/test_states.py -k is_kept

# Asks the package index about each package of .venv. One that it can't tell of fails, so that nothing unseen passes.
audit: .venv/made
	$(BIN)/pip freeze --exclude-editable | $(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement /dev/stdin

# Once pulumi-aws is installed the engine looks for its plugin at every command, and gets it: so in an environment of its own.
plugin: .plugin-venv/made engine
	.plugin-venv/bin/python -m pytest tests/acceptance/test_examples.py -k for_real

# `make test` leaves it out where npm can't get the SDK of JavaScript.
javascript: .venv/made engine
	PATH="$(CURDIR)/$(BIN):$$PATH" GLUE_SESSION_JAVASCRIPT=1 $(BIN)/python -m pytest tests/acceptance/test_plugin.py -k javascript

# What the lower bounds in pyproject.toml promise, with the Python of .venv.
oldest: .venv/made engine
	$(BIN)/python tools/compatibility.py "$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')" oldest

# Each test says how often it tries (tests/torture.py).
torture: .venv/made engine
	rm -rf .torture
	GLUE_SESSION_TORTURE=1 $(BIN)/pytest tests -m torture -n 2 --timeout=0
	$(BIN)/python tools/reliability.py

# What was run on the same code and tests is not run again, so that it goes on where it was interrupted.
mutants: .venv/made
	rm -rf .torture
	GLUE_SESSION_TORTURE=1 $(BIN)/python tools/mutants.py
	$(BIN)/python tools/reliability.py

bench: .bench-venv/made engine
	@.bench-venv/bin/python bench/run.py

engine: .venv/made
	@$(BIN)/python tools/get_engine.py

# Run by .github/workflows/release.yml: TAG comes from the environment, so that no shell reads it as anything else.
release: .venv/made
	$(BIN)/python tools/release.py "$$TAG"
	$(MAKE) dist

clean:
	rm -rf .venv .demo-venv .bench-venv .plugin-venv .wheel-venv dist site

.venv/made: requirements-dev.txt pyproject.toml
	@$(call environment,.venv)
	@echo 'Installing what the tests need; about a minute and a half.'
	@.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps pulumi-policy==1.21.0 # asks for an older protobuf (decision 3)
	@.venv/bin/pip download --quiet --disable-pip-version-check --no-deps --dest .venv/pulumi-aws $(PULUMI_AWS) # to be read, not installed
	@touch $@

.demo-venv/made: requirements-dev.txt pyproject.toml
	@$(call environment,.demo-venv)
	@echo 'Installing the package and a moto server; about a minute.'
	@.demo-venv/bin/pip install --quiet --disable-pip-version-check -e . "$$(grep '^moto' requirements-dev.txt)"
	@touch $@

# The wheel itself is put in again whenever it is built.
.wheel-venv/made: pyproject.toml | dist
	@$(call environment,.wheel-venv)
	@.wheel-venv/bin/pip install --quiet --disable-pip-version-check dist/*.whl
	@touch $@

.bench-venv/made: bench/requirements.txt pyproject.toml
	@$(call environment,.bench-venv)
	@.bench-venv/bin/pip install --quiet --disable-pip-version-check -e . -r bench/requirements.txt
	@touch $@

.plugin-venv/made: requirements-dev.txt pyproject.toml
	@$(call environment,.plugin-venv)
	@.plugin-venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt $(PULUMI_AWS)
	@touch $@

# A venv in folder $(1), or one sentence that says what is missing.
define environment
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Python 3.11 or later is needed and $(PYTHON) is not: install it, or name it, as in make PYTHON=python3.12.' >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo '$(PYTHON) lacks the venv module: install it (on Debian: python3-venv) and run the same command again.' >&2; exit 1; }; \
	rm -rf $(1) && $(PYTHON) -m venv $(1)
endef
