#!/usr/bin/env bash
# Switches every node of a minikube cluster with --container-runtime=containerd to this sandbox image, or undoes that:
#
#   manifests/minikube/switch.sh dist/pause-0.1.0.tar [PROFILE]
#   manifests/minikube/switch.sh --undo [PROFILE]
#
# Each `minikube start` writes its own image into the configuration: run this again after it.
set -euo pipefail

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    sed -n '4,5s/^#  *//p' "$0" >&2
    exit 1
fi
profile=${2:-minikube}
script=$(dirname "$0")/../containerd/switch.sh

nodes=$(minikube --profile "$profile" node list | cut -f1)
for node in $nodes; do
    argument=--undo
    minikube --profile "$profile" cp "$script" "$node:/var/tmp/switch.sh"
    if [ "$1" != --undo ]; then
        argument=/var/tmp/pause.tar
        minikube --profile "$profile" cp "$1" "$node:$argument"
    fi
    minikube --profile "$profile" ssh --node "$node" -- sudo sh /var/tmp/switch.sh "$argument"
done
