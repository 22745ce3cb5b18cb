#pragma once

#include <string>
#include <vector>

#include "config/diff.hpp"

namespace wampgate::config {

/// A line per object: "update workers/w", with `fields` also "[options.hsts:  -> true]".
inline std::string TextOf(const std::vector<Change>& plan, bool fields = true) {
  static const char* const kActions[] = {"create", "update", "replace", "delete"};
  std::string text;
  for (const Change& change : plan) {
    text += std::string(kActions[static_cast<int>(change.action)]) + " " + change.name;
    for (std::size_t i = 0; fields && i < change.fields.size(); ++i) {
      const FieldChange& field = change.fields[i];
      text += " [" + field.field + ": " + field.old_value + " -> " + field.new_value + "]";
    }
    text += "\n";
  }
  return text;
}
inline std::string NamesOf(const std::vector<Change>& plan) {
  return TextOf(plan, false);
}

}  // namespace wampgate::config
