#!/usr/bin/env bash
# make simulate: days over a simulated network (one process per seed), then whole weeks over real sockets by seed.
# FIELDSEAL_SIMULATIONS (200) says how many of each, FIELDSEAL_SIM_FIRST (1000) where the seeds begin.
set -eu -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"

count=${FIELDSEAL_SIMULATIONS:-200}
first=${FIELDSEAL_SIM_FIRST:-1000}
bash scripts/setup.sh test
suite=(cargo test --quiet --package fieldseal-sync --test suite --locked --)
FIELDSEAL_SIMULATIONS=$count FIELDSEAL_SIM_FIRST=$first \
  "${suite[@]}" --exact simulation::days_by_seed --nocapture
FIELDSEAL_SEEDS="$first..$((first + count))" "${suite[@]}" --exact chaos::other_seeds --nocapture
