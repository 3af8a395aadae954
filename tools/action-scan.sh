#!/usr/bin/env bash
# Scans for action.yml: annotations on standard output, a summary on the job's
# page, a SARIF report for the next step. Ends with the program's exit code.
set -euo pipefail

program=$RUNNER_TEMP/glidelint/bin/glidelint
sarif=$RUNNER_TEMP/glidelint/report.sarif
summary=$RUNNER_TEMP/glidelint/summary.md

# Inputs with one value a line become arguments, whatever the values hold.
lines() {
  while IFS= read -r line; do
    line=${line%$'\r'}
    [ -z "$line" ] || printf '%s\0' "$line"
  done <<<"$1"
}

arguments=(--no-progress --format github --output "sarif=$sarif" --output "markdown=$summary")
while IFS= read -r -d '' pack; do
  arguments+=(--rules "$pack")
done < <(lines "${GLIDELINT_RULES:-}")
[ -z "${GLIDELINT_BASELINE:-}" ] || arguments+=(--baseline "$GLIDELINT_BASELINE")
[ -z "${GLIDELINT_FAIL_ON:-}" ] || arguments+=(--fail-on "$GLIDELINT_FAIL_ON")
[ -z "${GLIDELINT_CATEGORY:-}" ] || arguments+=(--category "$GLIDELINT_CATEGORY")
if [ -n "${GLIDELINT_BASE:-}" ]; then
  # Settings, waivers and the baseline are those of the base, which the checkout
  # must therefore hold.
  if ! git cat-file -e "$GLIDELINT_BASE^{commit}" 2>/dev/null; then
    echo "::error title=glidelint::the checkout does not hold the base of the pull request: give actions/checkout 'fetch-depth: 0'"
    exit 2
  fi
  arguments+=(--config-from "$GLIDELINT_BASE")
fi
while IFS= read -r -d '' argument; do
  arguments+=("$argument")
done < <(lines "${GLIDELINT_ARGS:-}")
paths=()
while IFS= read -r -d '' path; do
  paths+=("$path")
done < <(lines "${GLIDELINT_PATH:-.}")

rm -f "$sarif" "$summary"
code=0
"$program" scan "${arguments[@]}" -- "${paths[@]}" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
if [ -f "$sarif" ]; then
  echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
fi
if [ -f "$summary" ]; then
  cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
