#!/bin/bash
# demo-lab.sh - the console on the lab: real hosts with a real Galera cluster, something to see and to break.
# The lab goes when the console ends; DEMO_KEEP=1 leaves it up.
set -euo pipefail
cd "$(dirname "$0")/.."
export LAB_NAME=${LAB_NAME:-qddemo} LAB_FAST=1

if ! why=$(lab/machine.sh can-lab); then
  echo "The demo needs the lab's hosts, and this machine cannot host them: ${why//$'\n'/. }" >&2
  exit 1
fi
lab/build-base.sh
lab/up.sh
[ -n "${DEMO_KEEP:-}" ] || trap 'lab/down.sh' EXIT
trap : INT
hosts="Three database hosts"
if lab/haproxy.sh up; then hosts+=" and two load balancers before them"; fi
cat <<X

$hosts are up. From another terminal, in this folder:
  LAB_NAME=$LAB_NAME lab/break.sh list          what can be broken
  LAB_NAME=$LAB_NAME lab/break.sh kill-one      break it
  LAB_NAME=$LAB_NAME lab/in-lab.sh ssh -F $(dirname "$(lab/estate.sh)")/ssh_config db1

X
lab/in-lab.sh .venv/bin/quarterdeck --estate "$(lab/estate.sh)" "$@"
