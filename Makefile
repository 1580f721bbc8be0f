# On a new machine with Python 3.11 or later and make, two commands do everything: `make demo` and `make test`. They
# create their own environments and get their own Pulumi engine. If Pulumi cannot be downloaded, Go builds the engine.

PYTHON ?= python3
BIN := .venv/bin
PULUMI_AWS := pulumi-aws==7.51.1
# Most tests wait for processes, so two for each core finish sooner. `make full` selects the slow tests too.
PYTEST_OPTIONS := -n 4 -m "not slow"
# The tests start hundreds of Python processes. Without cached bytecode each would compile its modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test full check format lint types mypy pyright project unit wire contract unit-and-wire docs docs-serve captures recordings archive source-archive terraform-archive sbom dist wheel package acceptance terraform tofu javascript sdks \
	plugin oldest versions state audit torture mutants bench engine release clean

help:
	@echo 'make demo        run the main use case on a local AWS server: wait for a session, deploy a job, see drift'
	@echo 'make test        run the checks that each change has to pass; about ten minutes'
	@echo 'make full        run these, the slow tests and the coverage; about half an hour'
	@echo 'make check       make test without packaging, documentation and the tests on the real engines; about five minutes'
	@echo 'make contract    check what the package expects of Glue; with GLUE=aws on the real AWS'
	@echo 'make docs        build the documentation site into site/ and check it; make docs-serve serves it'
	@echo 'make package     build the wheel and check it'
	@echo 'make acceptance  run the tests on the real engine with the built wheel'
	@echo 'make terraform   run the tests on the real Terraform, or on OpenTofu if Terraform is missing'
	@echo 'make tofu        build OpenTofu and run the tests on it'
	@echo 'make javascript  run the JavaScript example, which needs the SDK from npm'
	@echo 'make sdks        compile the generated SDKs and run a program in each language; needs Go and npm'
	@echo 'make plugin      run the example that needs the pulumi-aws plugin, which the engine downloads'
	@echo 'make oldest      run the tests with the oldest supported dependencies and on the oldest engine'
	@echo 'make versions    run them with the oldest and with the newest dependencies and engine'
	@echo 'make captures    run the tutorial and update the output in its page'
	@echo 'make recordings  record the terminal pictures of the README and the site'
	@echo 'make archive     build and run the release archive of the native provider for this platform'
	@echo 'make source-archive   pack the native provider as sources, for platforms without a release archive'
	@echo 'make state       keep the state that a new version writes, for the tests of later versions'
	@echo 'make audit       check the installed packages for known vulnerabilities; needs the package index'
	@echo 'make torture     run the torture tests with many tries and print what happened; about two hours'
	@echo 'make mutants     run mutation tests of the core'
	@echo 'make bench       measure the package against alternatives; up to an hour on an idle machine'
	@echo 'make clean       remove the environments'

demo: .demo-venv/made
	@.demo-venv/bin/python tools/demo.py

# `docs` and `package` use one core each.
test: check
	@$(MAKE) --jobs=2 docs package
	@$(MAKE) acceptance terraform

# A test is marked `slow` if a test in `make test` shows the same promise with another value, command or language, or if
# it runs a whole page of the documentation.
full:
	@$(MAKE) test PYTEST_OPTIONS='-n 4' COVERAGE='--cov --cov-report=term:skip-covered'

# Type checkers use one core each.
check: .venv/made
	@$(MAKE) --jobs=2 lint mypy pyright
	@$(MAKE) unit-and-wire

format: .venv/made
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# actionlint is a Go program, pinned in tools/actionlint.
lint: .venv/made
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive provider tools
	$(BIN)/lint-imports
	@command -v go >/dev/null || echo 'actionlint is skipped because Go is not installed. CI runs it.'
	! command -v go >/dev/null || GOWORK=off go tool -C tools/actionlint actionlint -shellcheck= -pyflakes= $(CURDIR)/.github/workflows/*.yml
	$(BIN)/hadolint Containerfile
	$(BIN)/zizmor --offline --quiet --persona pedantic --strict-collection .
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/feature.yml

types: mypy pyright

mypy: .venv/made
	$(BIN)/mypy
	$(BIN)/mypy examples --exclude '^examples/(testing|generated_sdks)/'
	MYPYPATH=examples/testing $(BIN)/mypy examples/testing/__main__.py examples/testing/test_infrastructure.py
	$(BIN)/mypy noxfile.py bench/*.py bench/contenders/*.py

pyright: .venv/made
	$(BIN)/pyright

# With coverage in `make full`. pyproject.toml has the threshold.
unit-and-wire: .venv/made
	$(BIN)/pytest tests/project tests/unit tests/wire tests/contract $(PYTEST_OPTIONS) $(COVERAGE)

project: .venv/made
	$(BIN)/pytest tests/project -n 4

unit: .venv/made
	$(BIN)/pytest tests/unit -n 4

wire: .venv/made
	$(BIN)/pytest tests/wire -n 4

# The sandbox and moto; with GLUE=aws the real AWS, where it creates one small session with the role GLUE_CONTRACT_ROLE
# and deletes it, also after Ctrl-C. That costs a few cents.
contract: .venv/made
	GLUE="$(or $(GLUE),sandbox moto)" $(BIN)/pytest tests/contract

# The strict build fails on a link or anchor within the site that does not exist. Links to other sites are not followed.
docs: .venv/made
	$(BIN)/python tools/pages.py site-source
	$(BIN)/zensical build --strict --clean
	$(BIN)/pytest tests/documentation

# To update the served pages after a change, run `.venv/bin/python tools/pages.py site-source` in another shell.
docs-serve: .venv/made
	$(BIN)/python tools/pages.py site-source
	$(BIN)/zensical serve

# With the wheel, as a reader has it: the engine prints a warning about an editable installation.
captures: wheel engine
	PYTHONPATH="$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" .wheel-venv/bin/python tools/captures.py

# With the wheel, as users have it: a linked package makes the engine look for a plugin.
recordings: wheel engine
	PYTHONPATH="$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" .wheel-venv/bin/python tools/recordings.py

# The published files: an sdist, and the wheel built from it with the pinned hatchling, without network access.
dist: .venv/made
	@rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*

# An environment with the wheel and its dependencies, as a user has it.
wheel: dist .wheel-venv/made
	@.wheel-venv/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl

package: wheel
	$(BIN)/pytest tests/packaging

# The package comes from the wheel. PYTHONPATH adds pytest and other test tools from .venv, but not its link to the
# sources. The engine is a prerequisite so that a build, which takes minutes, is visible.
acceptance: wheel engine
	GLUE_SESSION_FROM=wheel PYTHONPATH="$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
		.wheel-venv/bin/python -m pytest tests/acceptance $(PYTEST_OPTIONS)

# A plugin without Python, for every language of Pulumi. Each platform builds its own.
archive: .archive-venv/made
	.archive-venv/bin/python tools/archive.py pulumi

# The plugin as sources, which Pulumi installs with pip. Of the tree, because Pulumi refuses the pax header of a commit.
source-archive: VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' provider/pulumi_glue_session/__init__.py)
source-archive:
	@mkdir -p archives
	git archive --format=tar.gz --output=archives/pulumi-resource-glue-session-v$(VERSION)-source.tar.gz 'HEAD^{tree}' \
		PulumiPlugin.yaml __main__.py requirements.txt pyproject.toml README.md LICENSE provider

# The same for the provider for Terraform.
terraform-archive: .archive-venv/made
	.archive-venv/bin/python tools/archive.py terraform

# What a user installs with the wheel, in CycloneDX form.
sbom: wheel
	@mkdir -p archives
	$(BIN)/cyclonedx-py environment --output-file archives/sbom.cdx.json .wheel-venv/bin/python

# Terraform comes from PATH; OpenTofu from PATH or the cache. A test is skipped with a reason if a program is missing.
terraform: .venv/made
	$(BIN)/pytest tests/terraform $(PYTEST_OPTIONS)

# OpenTofu is built once, into the cache of the user.
tofu: .venv/made
	@$(BIN)/python tools/get_tofu.py
	$(BIN)/pytest tests/terraform tests/documentation/test_recordings.py -n 2 -k tofu

state: .venv/made engine
	GLUE_SESSION_KEEP_STATE=1 $(BIN)/pytest tests/acceptance/test_states.py -k is_kept

# A package that the index does not know fails the audit.
audit: .venv/made
	$(BIN)/pip freeze --exclude-editable | $(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement /dev/stdin

# In a separate environment: with pulumi-aws installed, the engine downloads its plugin for every command.
plugin: .plugin-venv/made engine
	.plugin-venv/bin/python -m pytest tests/acceptance/test_examples.py -k for_real

# `make full` runs this too if npm can get the SDK.
javascript: .venv/made engine
	PATH="$(CURDIR)/$(BIN):$$PATH" GLUE_SESSION_JAVASCRIPT=1 $(BIN)/python -m pytest tests/acceptance/test_plugin.py -k javascript

# `make full` runs this too if Go is installed and npm can get the packages.
sdks: .venv/made engine
	PATH="$(CURDIR)/$(BIN):$$PATH" GLUE_SESSION_SDKS=1 $(BIN)/python -m pytest tests/acceptance/test_sdks.py

# The acceptance tests on the oldest engine, and the tests with the lower bounds in pyproject.toml and the Python of
# .venv. `.venv/bin/nox` runs all combinations.
oldest: .venv/made
	PULUMI_GLUE_SESSION_ENGINE=oldest $(MAKE) acceptance PYTEST_OPTIONS='-n 4'
	$(BIN)/nox -s "oldest-$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')"

# Both sessions of noxfile.py: the oldest and the newest dependencies and engine, with the Python of .venv.
versions: .venv/made
	$(BIN)/nox --python "$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')"

torture: .venv/made engine
	GLUE_SESSION_TORTURE=1 $(BIN)/pytest tests -m torture -n 2 --timeout=0

# In a copy, because mutmut needs the sources in src/. Prints the mutants that the tests do not notice; fails if more
# than 10 % are not noticed.
mutants: .venv/made
	rm -rf .mutants && mkdir .mutants && cp -r provider .mutants/src && cp -r tests tools docs *.md pyproject.toml .mutants
	cd .mutants && ../$(BIN)/mutmut run && ../$(BIN)/mutmut results && ../$(BIN)/mutmut export-cicd-stats
	@$(BIN)/python -c 'import json; n = json.load(open(".mutants/mutants/mutmut-cicd-stats.json")); print(n); \
		assert n["killed"] + n["timeout"] >= 0.9 * n["total"], "More than 10 % of the mutants survived."'

bench: .bench-venv/made engine
	@PYTHONPATH=tests:tools .bench-venv/bin/python bench/run.py

engine: .venv/made
	@$(BIN)/python tools/get_engine.py

# Called by .github/workflows/release.yml. TAG comes from the environment, so a shell does not interpret it.
release: .venv/made
	$(BIN)/python tools/release.py "$$TAG"
	$(MAKE) dist

clean:
	rm -rf .venv .demo-venv .bench-venv .plugin-venv .wheel-venv .nox .mutants dist site site-source

.venv/made: requirements-dev.txt pyproject.toml
	@$(call environment,.venv)
	@echo 'Installing the test tools. This takes about half a minute.'
	@.venv/bin/pip install --quiet --disable-pip-version-check "$$(grep ^uv== requirements-dev.txt)"
	@$(call install,.venv,-r requirements-dev.txt)
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps pulumi-policy==1.21.0 # requires an older protobuf (decision 3)
	@.venv/bin/pip download --quiet --disable-pip-version-check --no-deps --dest .venv/pulumi-aws $(PULUMI_AWS) # tests read it, uninstalled
	@touch $@

# The wheel and not a link to the sources: only an installed package tells the engine that it has no plugin to look for.
.demo-venv/made: pyproject.toml $(shell find provider -name '*.py')
	@$(call environment,.demo-venv)
	@echo 'Installing the package; about half a minute.'
	@.demo-venv/bin/pip install --quiet --disable-pip-version-check .
	@touch $@

# `make wheel` installs the wheel again after each build.
.wheel-venv/made: pyproject.toml | dist
	@$(call environment,.wheel-venv)
	@$(call install,.wheel-venv,dist/*.whl)
	@touch $@

.archive-venv/made: pyproject.toml $(shell find provider -name '*.py')
	@$(call environment,.archive-venv)
	@.archive-venv/bin/pip install --quiet --disable-pip-version-check '.[terraform]' pyinstaller==6.22.3
	@touch $@

.bench-venv/made: pyproject.toml $(shell find provider -name "*.py")
	@$(call environment,.bench-venv)
	@.bench-venv/bin/pip install --quiet --disable-pip-version-check '.[cli,terraform]'
	@touch $@

.plugin-venv/made: requirements-dev.txt pyproject.toml
	@$(call environment,.plugin-venv)
	@.plugin-venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt $(PULUMI_AWS)
	@touch $@

# Create a venv in folder $(1), or print what is missing.
define environment
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Python 3.11 or later is required, but $(PYTHON) is older or missing. Install it or select it: make PYTHON=python3.12' >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo '$(PYTHON) has no venv module. Install it (on Debian: python3-venv) and run the command again.' >&2; exit 1; }; \
	rm -rf $(1) && $(PYTHON) -m venv $(1)
endef

# Install $(2) into the venv $(1). uv takes a fifth of pip's time, but does not read the configuration of pip, which can
# name a mirror.
define install
	.venv/bin/uv pip install --quiet --python $(1)/bin/python $(2) 2>/dev/null \
		|| $(1)/bin/pip install --quiet --disable-pip-version-check --no-compile $(2)
endef
