# What can be done with this project. `make` alone lists it.

# Installs what is missing, then runs the command.
SETUP := @build/setup/setup.sh

# What the tests and the demo run. They would build it themselves, but without a word while it takes its time.
PROGRAMS := cargo build --release; cargo build --release --package testkit --bins

# Other people's tools that the image is tried with, and what the builder stage of the Dockerfile is made of.
IMAGE_TOOLS := containerd docker.io podman runc skopeo qemu-user-static rustc-web cargo-web rust-web-src lld libc6-dev

# The container runtimes that pods are run with, what those need, and what speaks to them; releases of containerd beside
# this one's are Debian's later ones.
RUNTIMES := containerd docker.io podman catatonit uidmap runc busybox-static containernetworking-plugins protobuf-compiler qemu-user-static
RUNTIME :=

# The programs that read the files in manifests/, as far as Debian has them.
MANIFEST_TOOLS := containerd docker.io podman runc busybox-static systemd iproute2

# The peers of pause that Debian has, and what builds the others.
BENCH_TOOLS := catatonit tini dumb-init gcc binutils libc6-dev

# More of them for the bench: name=path, several apart by spaces.
PEERS :=
BENCH = --package bench -- $(PEERS:%=--peer "%")

# What the image is called: registry/name:tag, localhost/pause:<version> if nothing is said.
IMAGE :=
REFERENCE = $(if $(IMAGE),--reference "$(IMAGE)")

.PHONY: help build demo test soak binaries image verify test-platforms test-image test-manifests test-peers e2e bench bench-quick \
    lint lint-workflows docs clean

help: ## List what can be made
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

build: ## Build the release binary for this machine, target/release/pause
	$(SETUP) cargo build --release

demo: ## Show a pod on this machine: its orphans with pause, and with a process 1 that does not reap
	$(SETUP) sh -ec '$(PROGRAMS); cargo build --example pod; exec cargo run --quiet --example pod'

test: ## Run the tests, in real namespaces
	$(SETUP) sh -ec '$(PROGRAMS); exec cargo test --workspace --exclude e2e --exclude bench'

soak: ## Give it a bad day, in each of the ways of tests/stress, for minutes [PAUSE_SEED=number]
	$(SETUP) sh -ec '$(PROGRAMS); exec cargo test --quiet --test stress -- --exact soak::soak --ignored --nocapture'

binaries: ## Build the binaries for all platforms, dist/binaries
	$(SETUP) build/binaries.sh

image: binaries ## Assemble the image for all platforms, dist/pause-<version>.tar [IMAGE=registry/name:tag]
	$(SETUP) sh -ec 'cargo build --package image; exec cargo run --quiet --package image -- $(REFERENCE)'

verify: ## Build the image twice, in different surroundings, and compare every byte
	$(SETUP) build/verify.sh

test-platforms: binaries ## Run the tests with the binary of each platform, emulated where need be
	$(SETUP) build/test-platforms.sh

test-image: binaries ## Load and run the image with skopeo, podman, containerd and Docker (as root)
	@build/setup/install.sh $(IMAGE_TOOLS)
	$(SETUP) cargo test --package e2e --test image

e2e: binaries ## Run real pods with containerd, podman and Docker (as root) [RUNTIME="name…"]
	@build/setup/install.sh $(RUNTIMES)
	@build/setup/debian.sh trixie containerd
	@build/setup/debian.sh forky containerd
	$(SETUP) sh -ec '$(PROGRAMS); exec cargo test --package e2e --test pods -- $(RUNTIME)'

test-manifests: binaries ## Let the programs that they are for read the files in manifests/ (as root)
	@build/setup/install.sh $(MANIFEST_TOOLS)
	@build/setup/debian.sh trixie containerd kind kubectl
	@build/setup/debian.sh forky containerd kind kubectl
	$(SETUP) cargo test --package e2e --test manifests

test-peers: ## Compare what init does with tini, dumb-init and catatonit [PAUSE_WRITE=1 writes docs/measured/init-*.md]
	@build/setup/install.sh tini dumb-init catatonit
	$(SETUP) sh -ec '$(PROGRAMS); exec cargo test --test peers'

bench: ## Measure pause beside its peers, write docs/measured/bench.* for the README to quote (as root) [PEERS="name=path …"]
	@build/setup/install.sh $(BENCH_TOOLS)
	$(SETUP) sh -ec '$(PROGRAMS); cargo build --release --package bench; \
	    exec cargo run --release --quiet $(BENCH) --output docs/measured'

bench-quick: ## The same in under a minute: fewer samples, and nothing is written (as root) [PEERS="name=path …"]
	@build/setup/install.sh $(BENCH_TOOLS)
	$(SETUP) sh -ec '$(PROGRAMS); cargo test --release --quiet --package bench; \
	    exec cargo run --release --quiet $(BENCH) --quick'

docs: binaries ## Write down what the image is made of, docs/measured/image.txt, for the README to quote
	$(SETUP) sh -ec 'cargo run --quiet --package image; build/binaries.sh | grep "^with"' > docs/measured/image.txt

lint: ## Check the format, and let clippy and shellcheck read everything
	@build/setup/install.sh protobuf-compiler
	$(SETUP) --lint sh -ec '\
	    cargo fmt --all --check; \
	    cargo clippy --workspace --all-targets -- -D warnings; \
	    shellcheck build/*.sh build/*/*.sh manifests/*/*.sh .ci/run'

lint-workflows: ## Let zizmor, from PyPI, read the workflows
	@python3 -c 'import ensurepip' 2> /dev/null || build/setup/install.sh python3-venv
	@[ -x target/lint/bin/zizmor ] || { python3 -m venv target/lint && target/lint/bin/pip install --quiet zizmor==1.32.0; }
	target/lint/bin/zizmor --quiet --no-progress --offline --strict-collection .github/workflows

clean: ## Remove what was built
	rm -rf target dist
