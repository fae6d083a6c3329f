# `make` lists the targets. The work is done by scripts/ and by CMake's presets; this file names it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-full bench bench-budgets bench-functions bench-growth bench-peers bench-scale asan tsan fuzz format lint check reference requirements clean

JOBS ?= $(shell nproc)
PROGRAM := build/release/codeanatomy

# A preset is configured when it is new or edited; otherwise the build itself notices what changed.
configure = test build/$(1)/build.ninja -nt CMakePresets.json || cmake --preset $(1)
compile = $(call configure,$(1)) && cmake --build --preset $(1) -j $(JOBS)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

setup: ## obtain what the build needs (Debian packages, DuckDB)
	@scripts/setup.sh

build: setup ## the program, at build/release/codeanatomy
	@$(call compile,release)

demo: build ## build the graph of REPO=path (default: Python's standard library) and query it
	@scripts/demo.sh $(PROGRAM) $(REPO)

test: ## all tests: unit, golden, oracle, acceptance
	@scripts/setup.sh --tests
	@$(call compile,release)
	@ctest --test-dir build/release --output-on-failure -j $(JOBS)

test-full: export CODEANATOMY_TEST_FULL := 1
test-full: test ## the same with the slow tests

bench: build ## benchmarks of the stages, FILTER=regex
	@scripts/bench.sh $(FILTER)

bench-budgets: build ## compile, engine overhead and default views against their budgets, RUNS=n
	@benchmarks/fetch_inputs.sh
	@python3 benchmarks/budgets.py $(PROGRAM) --runs $(or $(RUNS),9)

bench-functions: build ## every function beside the engine's own; fails above five times; WRITE=1 writes the page
	@benchmarks/fetch_inputs.sh
	@python3 benchmarks/functions.py $(PROGRAM) $(if $(WRITE),--write)

bench-growth: build ## cost of a build against the size of its input, shape by shape
	@python3 benchmarks/growth.py $(PROGRAM)

bench-peers: build ## measured against other tools
	@benchmarks/peers.sh $(PROGRAM)

bench-scale: build ## speed and memory of the parser up to a file of 100 MB
	@python3 benchmarks/scale.py $(PROGRAM)

asan: ## unit and golden tests under the address and undefined behaviour sanitizers
	@scripts/setup.sh --tests
	@$(call compile,asan)
	@ctest --test-dir build/asan --output-on-failure -R '^(unit|golden)\.' -j $(JOBS)

tsan: ## unit and golden tests under the thread sanitizer
	@scripts/setup.sh --tests
	@$(call compile,tsan)
	@ctest --test-dir build/tsan --output-on-failure -R '^(unit|golden)\.' -j $(JOBS)

FUZZ_SEEDS := fuzz/corpus tests/golden tests/data
fuzz: setup ## COUNT seeded inputs (default 100000) under the sanitizers, SEED=n, CORPUS="more folders"
	@$(call compile,fuzz)
	@build/fuzz/fuzz_run $(FUZZ_SEEDS) $(CORPUS) --seed $(or $(SEED),1) --count $(or $(COUNT),100000)

format: ## format the C++ sources in place
	@scripts/setup.sh --dev
	@scripts/format.sh

lint: ## clang-tidy on the files changed since main
	@scripts/setup.sh --dev
	@scripts/lint.sh

check: ## everything a change must pass: format, lint, layers, sizes, build, tests
	@scripts/check.sh

requirements: build ## the engine's checklist: every entry's tests exist, and pass
	@scripts/setup.sh --tests
	@python3 scripts/requirements.py --run build/release

reference: build ## write docs/reference/ from the declarations of the catalogue
	@$(PROGRAM) catalog --markdown --write docs/reference

clean: ## remove build/, keep .deps/
	rm -rf build
