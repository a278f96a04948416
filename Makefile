# `make` alone lists the targets, by the lines with "##" below.

# Installs what is missing, in one step, then runs the command. Targets that need further packages set PACKAGES, which
# make passes on to what they depend on.
SETUP = @build/setup/setup.sh --packages "$(PACKAGES)"
PACKAGES :=

# They would override the flags in .cargo/config.toml.
unexport RUSTFLAGS CARGO_ENCODED_RUSTFLAGS

# The platforms that are built, separated by spaces. The default is all of build/platforms.toml.
PLATFORMS :=
SETUP_FOR_PLATFORMS = $(SETUP) --platforms "$(PLATFORMS)"

# The programs that the tests and the demo start. Building them here first shows cargo's progress.
PROGRAMS := cargo build --release; cargo build --release --package testkit --bins
DEMO := cargo build --release --package demo

# The packages that `make test` tests, and a word that selects tests.
TESTED := --workspace --exclude e2e --exclude bench
FILTER :=

# The roots of `make test-fresh`, and what runs in them. build/test-fresh.sh says more.
ROOT := bookworm trixie forky
COMMANDS :=
USERS :=
MIRROR :=

# The tools that load the image, and the packages of the builder stage in the Dockerfile.
IMAGE_TOOLS := containerd docker.io podman runc skopeo qemu-user-static rustc-web cargo-web rust-web-src lld libc6-dev
EMULATORS := $(if $(shell command -v qemu-s390x-static || command -v qemu-s390x),,qemu-user-static)

# The container runtimes that run pods, and what they and their clients need.
RUNTIMES := containerd docker.io podman catatonit uidmap runc crun busybox-static containernetworking-plugins protobuf-compiler qemu-user-static
RUNTIME :=

# A folder with containerd, its shim and ctr, for what no containerd of Debian can do.
CONTAINERD :=

# The newest container runtimes that Debian has, in a root of its next release. All targets have the same packages there,
# because another list makes the root again.
NEWEST := podman crun runc catatonit uidmap netavark docker.io docker-cli docker-buildx containerd \
    containernetworking-plugins skopeo buildah iproute2

# A node: an operating system with containerd, and QEMU, which runs on this machine.
NODE := systemd systemd-sysv dbus udev kmod initramfs-tools linux-image-cloud-amd64 containerd runc \
    containernetworking-plugins iproute2 qemu-system-x86

# The programs that read the files in manifests/, as far as Debian has them.
MANIFEST_TOOLS := containerd docker.io podman runc skopeo busybox-static systemd iproute2 ignition

# The peers that Debian has, and the compiler of the others.
BENCH_TOOLS := catatonit tini dumb-init gcc binutils libc6-dev

# More peers for the bench: name=path, separated by spaces.
PEERS :=
BENCH = --package bench -- $(PEERS:%=--peer "%")

# The name of the image, registry/name:tag. The default is pause.localhost/pause:<version>.
IMAGE :=
REFERENCE = $(if $(IMAGE),--reference "$(IMAGE)")

# The platforms whose kernels are booted, and the process 1 that is tested there in place of pause.
PLATFORM :=
PROGRAM :=

# The sources that `make mutants` spoils. With PLATFORM, it tests the programs of that platform.
FILES :=

# Prove nothing of dist/binaries, but require that spoiled programs are refused.
CONTROLS :=

.PHONY: help demo image image-zombies build binaries hosted verify verify-zombies test prove soak miri mutants test-fresh test-platforms \
    test-kernels test-image test-manifests test-node test-peers conformance e2e bench bench-quick lint lint-workflows docs clean

help:
	@echo 'usage: make TARGET [NAME=value]. A target installs what it needs; "(root)" marks those that need root.'
	@sed -n -e 's/^##@ /\n/p' -e 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18

##@ Use

demo: ## Show a pod on this machine: its orphans under pause, and under a process 1 that never reaps
	$(SETUP) sh -ec '$(PROGRAMS); $(DEMO); exec cargo run --quiet --release --package demo'

image: binaries ## Assemble the images: dist/{pause,init}-<version>.tar [IMAGE=registry/name:tag] [PLATFORMS="linux/amd64 …"]
	$(SETUP) sh -ec 'cargo build --package image; \
	    exec cargo run --quiet --package image -- $(REFERENCE) --platforms "$(PLATFORMS)"'

# Apart from the other images, because it needs rustup, and takes minutes.
image-zombies: ## Assemble the image of zombies, with rustup: dist/zombies-<version>.tar [IMAGE=…] [PLATFORMS="linux/amd64 …"]
	$(SETUP) sh -ec 'cargo build --package image; exec build/image-zombies.sh $(REFERENCE) $(PLATFORMS)'

##@ Build

# By a call for each package: together, they could unify features of a dependency. zombies is static: it runs on any node.
build: ## Build the programs for this machine: target/release/pause, init, oci-init, init-nri and zombies
	$(SETUP) sh -ec 'cargo build --release; cargo build --release --package oci-init; cargo build --release --package init-nri; \
	    cargo rustc --release --package zombies --bin zombies -- -Ctarget-feature=+crt-static'

binaries: ## Build the programs for all platforms: dist/binaries [PLATFORMS="linux/amd64 …"]
	$(SETUP_FOR_PLATFORMS) build/binaries.sh $(PLATFORMS)

hosted: ## Build the programs for nodes, each as one static file: dist/hosted [PLATFORMS="linux/amd64 …"]
	$(SETUP) build/hosted.sh $(PLATFORMS)

verify: ## Build the image twice, in different environments, and compare every byte [PLATFORMS="linux/amd64 …"]
	$(SETUP_FOR_PLATFORMS) build/verify.sh $(PLATFORMS)

verify-zombies: ## The same with the image of zombies, and rustup [PLATFORMS="linux/amd64 …"]
	$(SETUP) build/verify.sh --zombies $(PLATFORMS)

##@ Test

# tests/verify.rs builds that platform.
test: ## Run the tests, in real namespaces [FILTER=reaping: only files or tests with that word in their name]
	$(SETUP) --platforms linux/amd64 sh -ec '$(PROGRAMS); $(DEMO); exec $(if $(FILTER),build/filter-tests.sh "$(FILTER)",cargo test) $(TESTED)'

prove: binaries ## Prove the machine code of pause on every path, docs/proof.md [PLATFORMS="linux/amd64 …"] [CONTROLS=1] [PAUSE_WRITE=1]
	@python3 -c 'import ensurepip' 2> /dev/null || build/setup/install.sh python3-venv
	@[ -e target/prove/installed ] || { python3 -m venv target/prove && \
	    target/prove/bin/pip install --quiet --requirement tests/proof/machine_code/requirements.txt && touch target/prove/installed; }
	target/prove/bin/python -B tests/proof/machine_code $(if $(CONTROLS),--controls) $(if $(PAUSE_WRITE),--write) $(PLATFORMS)

soak: PACKAGES = g++ tini dumb-init
soak: ## Run the stress tests and the fuzzer for minutes, from seeds that they print, and the model with more events [PAUSE_SEED=number]
	$(SETUP) sh -ec '$(PROGRAMS); cargo test --quiet --test stress -- --exact soak::soak --ignored --nocapture; \
	    cargo test --quiet --package model -- --ignored --nocapture; exec build/fuzz.sh 600'

miri: ## Execute the unit tests with Miri, which refuses a wrong pointer (a nightly Rust with miri and rust-src)
	$(SETUP) build/miri.sh

mutants: PACKAGES = $(if $(PLATFORM),$(EMULATORS))
mutants: ## Spoil the sources one place at a time: the tests must notice each (root) [FILES="src/pause/hold.rs …"] [PLATFORM=linux/s390x] [PAUSE_WRITE=1]
	$(SETUP) $(if $(PLATFORM),--platforms "$(PLATFORM)") sh -ec '$(PROGRAMS); \
	    exec cargo run --package mutants -- $(if $(PLATFORM),--platform "$(PLATFORM)") $(FILES)'

test-fresh: ## Run the README's commands in fresh minimal roots (root) [ROOT="bookworm trixie forky"] [MIRROR=address] [COMMANDS="demo test"]
	@build/setup/install.sh mmdebstrap
	@MIRROR="$(MIRROR)" COMMANDS="$(COMMANDS)" USERS="$(USERS)" build/test-fresh.sh $(ROOT)

test-platforms: PACKAGES = $(EMULATORS)
test-platforms: binaries ## Run the tests with the programs of each platform, emulated where necessary [PLATFORMS="linux/arm64 …"]
	$(SETUP) build/test-platforms.sh $(PLATFORMS)

test-kernels: ## Boot real kernels of all platforms in QEMU, and run the tests there [PLATFORM=linux/s390x] [FILTER=word] [PROGRAM=path]
	$(SETUP) --platforms "$(PLATFORM)" sh -ec 'build/binaries.sh $(PLATFORM); build/setup/kernels.sh $(PLATFORM); \
	    exec cargo run --package kernels --bin kernels -- \
	    $(if $(FILTER),--filter "$(FILTER)") $(if $(PROGRAM),--program "$(PROGRAM)") $(PLATFORM)'

conformance: PACKAGES = tini dumb-init catatonit gcc libc6-dev
conformance: ## Test pause and its peers as process 1 of a pod: which promises each keeps, docs/conformance.md (root)
	$(SETUP) sh -ec '$(PROGRAMS); exec cargo run --package kernels --bin conformance'

test-image: PACKAGES = $(IMAGE_TOOLS)
# The builder stage has no network: it gets the crates of the distribution's library from here.
test-image: binaries ## Load and run the image with skopeo, podman, containerd and Docker (root)
	@build/setup/root.sh forky target/roots/forky $(NEWEST)
	@python3 -c 'import ensurepip' 2> /dev/null || build/setup/install.sh python3-venv
	@[ -x target/spdx/bin/pyspdxtools ] || { python3 -m venv target/spdx && target/spdx/bin/pip install --quiet spdx-tools==0.8.5; }
	@RUSTC_BOOTSTRAP=1 /usr/bin/cargo fetch --quiet --locked --manifest-path /usr/lib/rustlib/src/rust/library/Cargo.toml
	$(SETUP) cargo test --package e2e --test image

test-manifests: PACKAGES = $(MANIFEST_TOOLS)
test-manifests: binaries ## Check each file of manifests/ with the program that reads it (root)
	@build/setup/debian.sh trixie containerd kind kubectl
	@build/setup/debian.sh forky containerd kind kubectl
	@build/setup/root.sh forky target/roots/forky $(NEWEST)
	$(SETUP) cargo test --package e2e --test manifests

test-peers: PACKAGES = tini dumb-init catatonit
test-peers: ## Compare init with tini, dumb-init and catatonit [PAUSE_WRITE=1: write docs/measured/init-*.md]
	$(SETUP) sh -ec '$(PROGRAMS); cargo test --test peers; \
	    exec cargo test --package fuzz --test peers -- --ignored'

e2e: PACKAGES = $(RUNTIMES)
e2e: binaries ## Run real pods with containerd, podman and Docker (root) [RUNTIME="name…"] [CONTAINERD=folder]
	@build/setup/debian.sh trixie containerd
	@build/setup/root.sh forky target/roots/forky $(NEWEST)
	$(SETUP) sh -ec '$(PROGRAMS); PAUSE_CONTAINERD="$(abspath $(CONTAINERD))" exec cargo test --package e2e --test pods -- $(RUNTIME)'

test-node: PACKAGES = busybox-static e2fsprogs protobuf-compiler
test-node: binaries ## Switch a whole node in a virtual machine, reboot it, cut its power, and go back (root)
	@build/setup/root.sh forky target/roots/node $(NODE)
	$(SETUP) cargo test --package e2e --test node

##@ Measure

bench: PACKAGES = $(BENCH_TOOLS)
bench: ## Measure pause and init beside their peers, write docs/measured/bench* (root) [PEERS="name=path …"]
	$(SETUP) sh -ec '$(PROGRAMS); cargo build --release --package bench; \
	    exec cargo run --release --quiet $(BENCH) --output docs/measured'

bench-quick: PACKAGES = $(BENCH_TOOLS)
bench-quick: ## The same in less than a minute: fewer samples, writes nothing (root) [PEERS="name=path …"]
	$(SETUP) sh -ec '$(PROGRAMS); cargo test --release --quiet --package bench; \
	    exec cargo run --release --quiet $(BENCH) --quick'

##@ Maintain

lint: PACKAGES = protobuf-compiler g++
lint: ## Check the format and the documentation, and run clippy and shellcheck
	$(SETUP) --lint sh -ec '\
	    cargo fmt --all --check; \
	    cargo clippy --workspace --all-targets --features fuzz/engine -- -D warnings; \
	    RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --lib; \
	    shellcheck --external-sources build/*.sh build/*/*.sh manifests/*/*.sh .ci/run'

lint-workflows: ## Run zizmor, from PyPI, on the workflows
	@python3 -c 'import ensurepip' 2> /dev/null || build/setup/install.sh python3-venv
	@[ -x target/lint/bin/zizmor ] || { python3 -m venv target/lint && target/lint/bin/pip install --quiet zizmor==1.32.0; }
	target/lint/bin/zizmor --quiet --no-progress --offline --strict-collection .github/workflows

docs: ## Write the sizes and digests of the image, with each compiler: docs/measured/image.txt and compilers.md
	@PAUSE_WITHOUT_RUSTUP=1 build/setup/setup.sh --platforms ""
	$(SETUP) --platforms "" build/measure-image.sh

clean: ## Remove what was built
	rm -rf target dist
