# What can be done with this project. `make` alone lists it.

# Installs what is missing, then runs the command.
SETUP := @build/setup.sh

# What the tests and the demo run. They would build it themselves, but without a word while it takes its time.
PROGRAMS := cargo build --release; cargo build --release --package sandbox --bins

.PHONY: help build demo test lint clean

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

build: ## Build the release binary, target/release/pause
	$(SETUP) cargo build --release

demo: ## Show a pod on this machine: its orphans with pause, and with a process 1 that does not reap
	$(SETUP) sh -ec '$(PROGRAMS); cargo build --example pod; exec cargo run --quiet --example pod'

test: ## Run all tests, in real namespaces
	$(SETUP) sh -ec '$(PROGRAMS); exec cargo test --workspace'

lint: ## Check the format, and let clippy and shellcheck read everything
	$(SETUP) --lint sh -ec '\
	    cargo fmt --all --check; \
	    cargo clippy --workspace --all-targets -- -D warnings; \
	    shellcheck build/*.sh .ci/run'

clean: ## Remove what was built
	rm -rf target
