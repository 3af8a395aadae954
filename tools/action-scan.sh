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
# Says in an annotation and on the job's page that nothing was judged.
refuse() {
  echo "::error title=glidelint::$1"
  printf '## glidelint\n\n**Nothing was judged**: %s\n' "$1" >>"$GITHUB_STEP_SUMMARY"
  echo "exit-code=2" >>"$GITHUB_OUTPUT"
  exit 2
}

since=${GLIDELINT_CHANGED_SINCE:-}
if [ -n "${GLIDELINT_BASE:-}" ]; then
  # What is checked out is mostly the merge of the pull request into its base, as
  # that is now.
  base=$GLIDELINT_BASE
  merged=$(git rev-parse --verify --quiet 'HEAD^2' || true)
  if [ -n "$merged" ] && [ "$merged" = "${GLIDELINT_HEAD:-}" ]; then
    base=$(git rev-parse --verify --quiet 'HEAD^1')
  fi
  # Settings, waivers, rule packs and the baseline are those of the base, which the
  # checkout must therefore hold.
  if ! git cat-file -e "$base^{commit}" 2>/dev/null; then
    refuse "the checkout does not hold the base of the pull request: give actions/checkout 'fetch-depth: 0'"
  fi
  arguments+=(--config-from "$base")
  while IFS= read -r -d '' what; do
    arguments+=(--from-checkout "$what")
  done < <(lines "${GLIDELINT_FROM_CHECKOUT:-}")
  since=${since:-$base}
fi
[ -z "$since" ] || [ "$since" = none ] || arguments+=(--changed-since "$since")
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
[ "$code" != 2 ] || refuse "the program was called or configured wrongly; the log of this step says how"
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
if [ -f "$sarif" ]; then
  echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
fi
if [ -f "$summary" ]; then
  cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
