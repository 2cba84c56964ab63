#!/bin/bash
# Gathers the facts of both releases and writes src/architecture/data, test fixtures and the list of failures.
# In three steps: probe.py builds every class under many configurations and writes what it saw (probing/), distill.py makes
# facts of that (distilling/), emit.py packs the facts of both releases.
#
#   scripts/facts/run.sh PYTHON_WITH_4.57.6 PYTHON_WITH_5.18.0 [work folder]
#
# The probes take some twenty minutes of one core each and go on where they stopped. With `timm` at hand the vision
# towers that need it are built too. Remove the work folder to begin anew.
set -e
old=$1 new=$2 work=${3:-build/facts}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
mkdir -p "$work" test/fixtures/architecture
gather() { # release, python
  "$2" "$here/probe.py" --out "$work/$1.jsonl"
  "$2" "$here/tables.py" "$work/$1.tables.json"
  "$2" "$here/fixtures.py" "test/fixtures/architecture/loader-names-$1.jsonl"
  "$2" "$here/ties.py" "test/fixtures/architecture/tie-flags-$1.jsonl"
  "$2" "$here/distill.py" "$work/$1.jsonl" "$work/$1.facts.jsonl"
}
gather 4.57.6 "$old" & gather 5.18.0 "$new" & wait
"$new" "$here/emit.py" --out src/architecture/data --failures scripts/facts/failures.txt \
  "4.57.6=$work/4.57.6.facts.jsonl,$work/4.57.6.tables.json" "5.18.0=$work/5.18.0.facts.jsonl,$work/5.18.0.tables.json"
