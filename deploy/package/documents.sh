#!/bin/sh
# documents.sh FOLDER VERSION WAMPGATED WAMPGATECTL: manual pages, changelog and completions of the package.
set -eu
here=$(dirname "$0") folder=$1 version=$2 wampgated=$3 wampgatectl=$4

"$here/manual.py" "$wampgated" 8 "$version" | gzip -9n >"$folder/wampgated.8.gz"
"$here/manual.py" "$wampgatectl" 1 "$version" | gzip -9n >"$folder/wampgatectl.1.gz"
gzip -9nc "$here/wampgate.5" >"$folder/wampgate.5.gz"
gzip -9nc "$folder/changelog" >"$folder/changelog.gz"

completion() {  # shell, file
  mkdir -p "$(dirname "$folder/completions/$2")"
  "$wampgatectl" completion "$1" >"$folder/completions/$2"
}
rm -rf "$folder/completions"
mkdir "$folder/completions"
completion bash bash-completion/completions/wampgatectl
completion zsh zsh/vendor-completions/_wampgatectl
completion fish fish/vendor_completions.d/wampgatectl.fish
