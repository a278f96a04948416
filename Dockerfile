# Builds the images with only Docker: docker build -t pause .
#                                      docker build -t init --target init .
# For another platform: docker buildx build --platform linux/arm64 -t pause .

# The image for compiling: Debian or Ubuntu, best with rustup. What it lacks is installed.
ARG BUILDER=docker.io/library/rust:1.95-slim-bookworm

# Compiles on the platform of this machine, so the compiler is not emulated. Docker's classic builder does not set the
# variable, and takes "linux" as its own platform.
FROM --platform=${BUILDPLATFORM:-linux} ${BUILDER} AS builder
WORKDIR /pause
COPY . .
# Not set by the classic builder either. On amd64 and arm64, Debian's names are those of the images.
ARG TARGETPLATFORM
RUN platform=${TARGETPLATFORM:-linux/$(dpkg --print-architecture)} \
    && build/setup/setup.sh --platforms "$platform" build/binaries.sh "$platform" \
    && install -m 0555 "dist/binaries/$platform/pause" "dist/binaries/$platform/init" /pause/ \
    && touch -d @0 /pause/pause /pause/init

FROM scratch AS init
COPY --from=builder /pause/init /init
USER 65535:65535
ENTRYPOINT ["/init", "--"]
LABEL org.opencontainers.image.title="init" \
      org.opencontainers.image.description="Process 1 of a container: starts a program, forwards signals, reaps orphans, exits with its status" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

FROM scratch
COPY --from=builder /pause/pause /pause
USER 65535:65535
ENTRYPOINT ["/pause"]
LABEL org.opencontainers.image.title="pause" \
      org.opencontainers.image.description="The first process of a pod: holds its namespaces, reaps its orphans, leaves when told to" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
