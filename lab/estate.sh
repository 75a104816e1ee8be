#!/bin/bash
# estate.sh - print the path of this instance's estate file:  in-lab.sh quarterdeck --estate "$(estate.sh)"
. "$(dirname "$0")/lib.sh"
[ -f "$LAB_RUN/estate.toml" ] || die "the lab $LAB_NAME is not up: run up.sh"
echo "$LAB_RUN/estate.toml"
