#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.hpp"

/// Choosing and ordering messages by their fields: the `filter` and `order_by` of the API (AIP-160 and
/// AIP-132, a subset). Pure functions; any thread.
namespace wampgate::config {

/// A field of a message or of one within it, "status.health".
class FieldPath {
 public:
  /// INVALID_ARGUMENT, with a suggestion, if the type has no such field, or if it is no scalar, timestamp,
  /// duration or list of strings.
  static StatusOr<FieldPath> Parse(std::string_view path, const google::protobuf::Descriptor& type);

  /// Numbers (also enum values, booleans, and times and durations in nanoseconds) compare as such, texts by
  /// octet.
  using Key = std::variant<std::int64_t, std::uint64_t, double, std::string>;
  Key Read(const google::protobuf::Message& message) const;
  /// A value as a filter spells it. INVALID_ARGUMENT with what was expected.
  StatusOr<Key> ParseValue(const std::string& text) const;

  const google::protobuf::FieldDescriptor& leaf() const { return *steps_.back(); }
  /// The message that holds the last field, within `message`.
  const google::protobuf::Message& Holder(const google::protobuf::Message& message) const;

 private:
  std::vector<const google::protobuf::FieldDescriptor*> steps_;
};

/// `field = value` terms joined by AND: =, !=, <, <=, >, >= and : for "contains" (of a text without regard to
/// case, of a list an element that is equal). Values are words or "quoted"; enum values are written as the
/// CLI prints them ("running", "STATE_RUNNING" too), times as RFC 3339, durations as "1.5s". A text that ends
/// with '*' (not "\*") stands after = and != for all that begin with the rest: what is below an object has a
/// name that begins with the object's and '/'. A term may begin with NOT or '-'.
class Filter {
 public:
  /// Matches everything.
  Filter() = default;
  /// INVALID_ARGUMENT with what is wrong and where; an empty text matches everything.
  static StatusOr<Filter> Parse(std::string_view text, const google::protobuf::Descriptor& type);
  /// `message` is of the type that was given to Parse.
  bool Matches(const google::protobuf::Message& message) const;
  bool empty() const { return terms_.empty(); }

 private:
  enum class Operator : unsigned char {
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kHas
  };
  struct Term {
    FieldPath field{};
    Operator op = Operator::kEqual;
    FieldPath::Key value{};
    bool negated = false;
    bool begins = false;  // texts that begin with `value` are equal to it
    bool Matches(const google::protobuf::Message& message) const;
    bool Contains(const google::protobuf::Message& message) const;
    bool Equals(const google::protobuf::Message& message) const;
  };
  friend class FilterParser;
  std::vector<Term> terms_;
};

/// `name`, `sessions desc, name`: by which fields messages are sorted.
class Ordering {
 public:
  /// Keeps the order there is.
  Ordering() = default;
  /// INVALID_ARGUMENT with what is wrong.
  static StatusOr<Ordering> Parse(std::string_view text, const google::protobuf::Descriptor& type);
  using Place = std::vector<FieldPath::Key>;
  /// Where a message comes; places compare as their messages do.
  Place PlaceOf(const google::protobuf::Message& message) const;
  /// Below 0: `left` comes first.
  int Compare(const Place& left, const Place& right) const;

 private:
  struct Column {
    FieldPath field{};
    bool descending = false;
  };
  std::vector<Column> columns_;
};

}  // namespace wampgate::config
