#pragma once

#include <string>
#include <vector>

/// What a shell asks when somebody presses Tab: `wampgatectl __complete WORD…`, the words of the line as far
/// as they are typed, without the program's name; the last one, possibly empty, is to be completed. Answered
/// by a line for each candidate: what the word may become, a tab, what that is. The line ":file" or
/// ":directory" asks the shell for names of those.
namespace wampgate::ctl {

constexpr const char* kCompleteWord = "__complete";

/// Prints the answer. The names of a node's objects are asked from the node that the words name, as
/// `wampgatectl NOUN list -o name` does it; whatever goes wrong, and what takes longer than 5 s, gives no
/// candidates.
int Complete(const std::vector<std::string>& words);

}  // namespace wampgate::ctl
