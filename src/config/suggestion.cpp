#include "config/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "config/problem.hpp"

namespace wampgate::config {
namespace {

constexpr std::size_t kLongestKey = 64;  // longer ones are not compared

/// Keeps the candidate that is nearest to a word, if it is near at all.
class Nearest {
 public:
  explicit Nearest(std::string_view word) : word_(word), distance_(word.size() / 3 + 2) {}
  void Consider(std::string_view candidate) {
    const std::size_t distance = EditDistance(word_, candidate);
    if (distance < distance_ && distance < candidate.size()) {
      distance_ = distance;
      best_ = candidate;
    }
  }
  std::string_view best() const { return best_; }

 private:
  std::string_view word_;
  std::size_t distance_;
  std::string_view best_;
};

std::string FromAllowedKeys(std::string_view key, std::span<const Descriptor* const> messages) {
  Nearest nearest(key);
  for (const Descriptor* message : messages) {
    if (TypeOf(*message) != nullptr) nearest.Consider("type");
    for (const FieldDescriptor* field : KeyedFields(*message)) nearest.Consider(KeyOf(*field));
  }
  return nearest.best().empty() ? "" : fmt::format("; did you mean {}?", Quote(nearest.best()));
}

std::string FromSiblings(std::string_view key, std::span<const Descriptor* const> messages) {
  for (const Descriptor* message : messages) {
    const OneofDescriptor* type = TypeOf(*message);
    for (int i = 0; type != nullptr && i < type->field_count(); ++i) {
      if (!FindKey(*type->field(i)->message_type(), key)) continue;
      return fmt::format("; it belongs to type {}", Quote(KeyOf(*type->field(i))));
    }
  }
  return "";
}

std::string FromChildren(std::string_view key, std::span<const Descriptor* const> messages) {
  for (const Descriptor* message : messages) {
    for (const FieldDescriptor* field : KeyedFields(*message)) {
      const Descriptor* child = field->message_type();
      if (child == nullptr || field->is_repeated() || IsAlternatives(*child) || !FindKey(*child, key))
        continue;
      return fmt::format("; it belongs under {}", Quote(KeyOf(*field)));
    }
  }
  return "";
}

}  // namespace

std::size_t EditDistance(std::string_view from, std::string_view to) {
  if (from.size() > kLongestKey || to.size() > kLongestKey) return kLongestKey;
  const std::size_t width = to.size() + 1;
  std::vector<std::size_t> before_last(width), last(width), row(width);
  for (std::size_t j = 0; j < width; ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row.back();
}

std::string SuggestKey(std::string_view key, std::span<const Descriptor* const> messages) {
  std::string text = FromSiblings(key, messages);
  if (text.empty()) text = FromChildren(key, messages);
  if (text.empty()) text = FromAllowedKeys(key, messages);
  return text;
}

std::string SuggestType(std::string_view name, const OneofDescriptor& type) {
  Nearest nearest(name);
  for (int i = 0; i < type.field_count(); ++i) nearest.Consider(KeyOf(*type.field(i)));
  return nearest.best().empty() ? "" : fmt::format("; did you mean {}?", Quote(nearest.best()));
}

}  // namespace wampgate::config
