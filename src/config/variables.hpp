#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/environment.hpp"
#include "config/resolve_context.hpp"

namespace wampgate::config {

/// The name in "$NAME"; nullopt if the whole text is not of that form.
std::optional<std::string> VariableName(std::string_view text);
/// The name in "${NAME}".
std::optional<std::string> BracedVariableName(std::string_view text);

/// The value of an environment variable; unset: an error at `where`, and nullopt.
std::optional<std::string> ReadVariable(const std::string& name, const Where& where, const Context& context);

/// `text` with $NAME and ${NAME} replaced; an unset one is an error at `where` and stays as it is.
std::string ExpandVariables(std::string_view text, const Where& where, const Context& context);

}  // namespace wampgate::config
