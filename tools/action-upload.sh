#!/usr/bin/env bash
# Uploads the SARIF report to code scanning for action.yml, by the REST API, and
# waits until it was taken in: a report that is refused must not pass for one that
# was read. The API takes the report as it is; `upload-sarif` would compute
# fingerprints of its own and warn of each that differs.
#
#   GLIDELINT_SARIF   the report
#   GH_TOKEN          a token that may write security events
set -euo pipefail

sarif=$GLIDELINT_SARIF
body=$RUNNER_TEMP/glidelint/report.sarif.gz.base64

fail() {
  printf '::error title=glidelint::%s\n' "${1//[$'\r\n']/ }"
  exit 1
}

command -v gh >/dev/null || fail "the report was not uploaded: the runner has no 'gh'; install it, or set 'upload: false' and add github/codeql-action/upload-sarif"

# Another server than github.com takes its token by another name.
server=${GITHUB_SERVER_URL:-https://github.com}
export GH_HOST=${server#https://} GH_ENTERPRISE_TOKEN=${GH_TOKEN:-}

# As GitHub's own action does it: where a pull request's own commit is checked out
# and not its merge, the report is about that.
commit=$GITHUB_SHA
ref=$GITHUB_REF
if [[ $ref == refs/pull/*/merge ]]; then
  commit=$(git rev-parse HEAD 2>/dev/null) || commit=$GITHUB_SHA
  [ "$commit" = "$GITHUB_SHA" ] || ref=${ref%/merge}/head
fi

gzip -c "$sarif" | base64 | tr -d '\n' >"$body"
reports=repos/$GITHUB_REPOSITORY/code-scanning/sarifs
# A field of the form @FILE is that file's text, however long; others stay texts.
id=$(gh api --method POST "$reports" --raw-field "commit_sha=$commit" --raw-field "ref=$ref" \
  --raw-field tool_name=glidelint --field "sarif=@$body" --jq .id) ||
  fail "the report was not uploaded: the job needs 'security-events: write' and the repository code scanning; else set 'upload: false'"

for _ in $(seq "${GLIDELINT_ATTEMPTS:-24}"); do
  # It is there a moment after it was taken.
  state=$(gh api "$reports/$id" --jq '.processing_status + "\n" + ((.errors // []) | join("; "))') || state=pending
  case $state in
    complete*)
      echo "the report is in code scanning"
      exit 0
      ;;
    failed*) fail "code scanning refused the report: ${state#*$'\n'}" ;;
  esac
  sleep "${GLIDELINT_PAUSE:-5}"
done
echo "::warning title=glidelint::code scanning has the report and has not read it yet"
