#!/usr/bin/env bash
# Stages build/<function>/ and deploys it as a Cloud Function (2nd generation).
set -euo pipefail
cd "$(dirname "$0")"

FUNCTIONS=(similar_jobs top_skills)

stage() { # FUNCTION: copies what is uploaded, and nothing else, to build/FUNCTION
	local target="build/$1"
	rm -rf "$target"
	mkdir -p "$target/shared"
	cp "functions/$1/main.py" "functions/$1/requirements.txt" "$target/"
	cp shared/*.py "$target/shared/"
}

for name in "${FUNCTIONS[@]}"; do stage "$name"; done
