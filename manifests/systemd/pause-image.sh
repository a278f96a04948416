#!/bin/sh
# Puts the sandbox image back within a minute when something has deleted it: pause-image.sh RUNTIME
#
# pause-image@.service runs it. It imports the archive that is beside it. These runtimes import archives when they start or
# when a file is new, but not when an image is gone. RUNTIME is k3s, rke2, k0s, microk8s, docker for cri-dockerd, or containerd
# where something else writes its configuration. switch.sh brings a unit of its own.
set -eu

image=pause.localhost/pause:0.1.0
archive=$(dirname "$0")/pause-0.1.0.tar

case ${1-} in
    k3s) ctr="k3s ctr" ;;
    rke2) ctr="/var/lib/rancher/rke2/bin/ctr --address /run/k3s/containerd/containerd.sock --namespace k8s.io" ;;
    k0s) ctr="k0s ctr" ;;
    microk8s) ctr="/snap/bin/microk8s ctr" ;;
    containerd) ctr="ctr --namespace k8s.io" ;;
    docker) ctr= ;;
    *) echo "usage: pause-image.sh k3s|rke2|k0s|microk8s|containerd|docker" >&2 && exit 1 ;;
esac

# Whether the image is there, and the kubelet must not delete it. cri-dockerd pins its sandbox image by itself.
is_there() {
    if [ "$ctr" ]; then
        $ctr images ls "name==$image" 2> /dev/null | grep -q io.cri-containerd.pinned=pinned
    else
        docker image inspect "$image" > /dev/null 2>&1
    fi
}

put_back() {
    if [ "$ctr" ]; then
        $ctr images import "$archive" && $ctr images label "$image" io.cri-containerd.pinned=pinned
    else
        docker load --input "$archive"
    fi
}

while true; do
    is_there || put_back || echo "pause-image.sh: $image cannot be put back; trying again in 60 s" >&2
    sleep 60
done
