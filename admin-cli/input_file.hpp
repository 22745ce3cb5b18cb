#pragma once

#include <string>

namespace wampgate::ctl {

/// What a file that the user names says. False, with a message on stderr, if it cannot be read. "-" is
/// standard input.
bool ReadAll(const std::string& file, std::string& text);

/// By the file's name; what comes from standard input is JSON if it begins as JSON, or with a comment before
/// it.
bool IsYaml(const std::string& file, const std::string& text);

}  // namespace wampgate::ctl
