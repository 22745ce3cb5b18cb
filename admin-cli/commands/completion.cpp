// completion bash, zsh and fish: scripts that ask `wampgatectl __complete` what a word may become.

#include <iostream>
#include <memory>

#include "commands/commands.hpp"

namespace wampgate::ctl {
namespace {

// Bash completes from the last ':' or '=' on: what is before it is no part of an answer.
constexpr const char* kBash =
    R"script(# Completion of wampgatectl for bash; printed by: wampgatectl completion bash
_wampgatectl() {
  local line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[!:=]/}
  local words current before= word kind= _
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=${words[${#words[@]} - 1]}
  [[ -n $breaks && $current == *[$breaks]* ]] && before=${current%"${current##*[$breaks]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    case $word in
      :file | :directory) kind=$word ;;
      *) COMPREPLY+=("${word#"$before"}") ;;
    esac
  done < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
  [[ -n $kind ]] || return 0
  compopt -o filenames 2>/dev/null
  local action=-f
  [[ $kind == :directory ]] && action=-d
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$action" -- "${current##*[:=]}")
}
complete -F _wampgatectl wampgatectl
)script";

constexpr const char* kZsh = R"script(#compdef wampgatectl
# Completion of wampgatectl for zsh; printed by: wampgatectl completion zsh
_wampgatectl() {
  local word help kind=
  local -a candidates
  while IFS=$'\t' read -r word help; do
    case $word in
      :file|:directory) kind=$word ;;
      *) candidates+=("${word//:/\\:}${help:+:$help}") ;;
    esac
  done < <("${words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if [[ -n $kind ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    if [[ $kind == :directory ]]; then _files -/; else _files; fi
    return
  fi
  (( $#candidates )) && _describe wampgatectl candidates
}
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
  _wampgatectl "$@"
else
  compdef _wampgatectl wampgatectl
fi
)script";

constexpr const char* kFish =
    R"script(# Completion of wampgatectl for fish; printed by: wampgatectl completion fish
function __wampgatectl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    for line in ($program __complete $words "$current" 2>/dev/null)
        switch $line
            case ':file'
                __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current")
            case ':directory'
                __fish_complete_directories (string replace -r -- '^--[^=]*=' '' "$current")
            case '*'
                echo $line
        end
    end
end
complete -c wampgatectl -f -a '(__wampgatectl_complete)'
)script";

ExitCode PrintScript(const std::string& shell) {
  std::cout << (shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish);
  return kOk;
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Invocation& invocation) {
  auto* completion = app.add_subcommand(
      "completion", "Print the script that lets a shell complete commands, options and the names of objects");
  auto shell = std::make_shared<std::string>();
  completion->add_option("shell", *shell, "For which")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->option_text("bash|zsh|fish");
  completion->footer(
      "Example: source <(wampgatectl completion bash)\n"
      "  zsh:   wampgatectl completion zsh >~/.zfunc/_wampgatectl, with ~/.zfunc in $fpath\n"
      "  fish:  wampgatectl completion fish >~/.config/fish/completions/wampgatectl.fish\n"
      "The Debian package has all three where the shells find them.");
  completion->callback([&invocation, shell] {
    invocation.needs_node = false;
    invocation.run = [shell] { return PrintScript(*shell); };
  });
}

}  // namespace wampgate::ctl
