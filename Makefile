# notanker. `make demo` and `make test` do all the set-up they need, each by itself.
#
#   make demo              one outage in a simulated site, then play; Ctrl-C ends it and leaves nothing
#   make demo STORY=once   the same, ends by itself; status 0 only if every step was really observed
#   make test              everything: checks, tests, and a short bench
#   make check             formatting, lint, types, import layers, duplicates, documents
#   make bench             everything for the record: every row, every peer (two and a half hours)
#   make bench-short       the quick rows, once (about two minutes; part of `make test`)
#   make bench-hour        20 % loss for an hour, for the record
#   make bench-portal      the portal beside nginx: load, slow clients, floods, memory, first paint
#   make bench-sms         one SMS in 16 faults, beside gammu-smsd and smstools (ten minutes)
#   make bench-alerts      outages end to end, kills, a storm, and peers, for the record (half an hour)
#   make test-arm64        wheels, agent and unit tests on Debian for 64-bit Arm, in emulation: once per release
#   make test-deploy       the Ansible collection on booted Debian 12 and 13: containers, virtual machines
#   make year              years of several kinds of lines in virtual time
#   make long              the long forms of the lab's and the plan's tests
#   make collection        lets Ansible find deploy/ansible as the collection notanker.site
#   make wheelhouse        all that a box installs, for each machine and Python, into dist/wheelhouse
#   make format            format the code
#   make lock              pin the Python packages anew (needs uv)
#   make clean             remove what was made here

BIN := .venv/bin
# The bench enters a capsule by itself, and needs root for that.
ROOT := $(shell [ `id -u` = 0 ] || echo sudo)
PYTEST := python -m pytest -p no:cacheprovider

.PHONY: demo test check bench bench-short bench-hour bench-portal bench-sms bench-alerts test-arm64 test-deploy year long collection wheelhouse format lock clean setup-demo setup-test

demo: setup-demo
	@$(BIN)/python -P -m notanker_lab.demo $(if $(filter once,$(STORY)),--once)

test: check bench-short
	@tools/run-tests

check: setup-test
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tools/duplicates.py
	@$(BIN)/python tools/documents.py
	@$(BIN)/python tools/role_readmes.py

bench: setup-test
	@$(ROOT) $(BIN)/python bench/failover.py --calm-s 900

bench-hour: setup-test
	@$(ROOT) $(BIN)/python bench/failover.py --only loss20 --hour --peers notanker

bench-short: setup-test
	@$(ROOT) $(BIN)/python bench/failover.py --short
	@$(BIN)/python bench/portal.py --short

bench-portal: setup-test
	@$(BIN)/python bench/portal.py
	@$(BIN)/python bench/portal.py --paint

bench-sms: setup-test
	@$(BIN)/python bench/sms_handover.py

bench-alerts: setup-test
	@$(ROOT) $(BIN)/python bench/outages.py
	@$(ROOT) $(BIN)/python bench/killed_alerts.py
	@$(ROOT) $(BIN)/python bench/storm.py
	@$(ROOT) $(BIN)/python bench/accepted.py

test-arm64: setup-test
	@$(ROOT) $(BIN)/python tools/arm64.py

test-deploy: setup-test
	@tools/booted $(PYTEST) tests/deploy --long

year: setup-test
	@$(BIN)/python bench/year.py

long: setup-test
	@tools/inside $(PYTEST) tests/lab tests/unit/plan --long

collection:
	@tools/collection

wheelhouse: setup-test
	@$(BIN)/python tools/wheelhouse.py

format: setup-test
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

lock:
	@tools/lock

clean:
	rm -rf .venv .cache build dist .mypy_cache .ruff_cache .hypothesis .pytest_cache

setup-demo:
	@tools/setup demo

setup-test:
	@tools/setup test
