#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace wampgate::config {

/// Place in a text, both from 1; 0: not known.
struct Position {
  int line = 0;
  int column = 0;
};

/// Deepest nesting that the parsers accept.
inline constexpr int kMaxDepth = 64;

/// A JSON or YAML document as it was written: keys in order, integers exact, with positions.
struct Value {
  enum class Kind : std::uint8_t { kNull, kBool, kInteger, kFloat, kString, kList, kObject };
  struct Key;

  Kind kind = Kind::kNull;
  bool boolean = false;
  bool negative = false;        ///< kInteger: the sign
  std::uint64_t magnitude = 0;  ///< kInteger
  double number = 0;            ///< kFloat, and integers beyond 64 bits
  std::string text;             ///< kString; kInteger, kFloat: as written
  std::vector<Key> keys;        ///< kObject: keys[i] has items[i]
  std::vector<Value> items;     ///< kList, kObject
  Position position;            ///< of its first character

  static Value String(std::string_view text);
  static Value Integer(std::int64_t integer);
  static Value Float(double number);
  static Value Bool(bool boolean);
  static Value Object();
  static Value List();
  /// Appends to an object. The caller sees to it that the key is new.
  Value& Add(std::string_view key, Value item);
  const Value* Find(std::string_view key) const;
  bool is_object() const { return kind == Kind::kObject; }
  bool is_list() const { return kind == Kind::kList; }
};

struct Value::Key {
  std::string text;
  Position position;
};

/// For "found …": `"1M"`, `true`, `an object`.
std::string Describe(const Value& value);

/// `{"a":1}` without spaces; `indent` > 0: with line breaks and that many spaces per level.
std::string ToJson(const Value& value, int indent = 0);

/// A document that was read, or why it could not be.
struct Parsed {
  bool ok =
      false;  ///< `value` is the whole document; there may be problems all the same (a key occurs twice)
  Value value;
  Problems problems;
};

/// JSON (RFC 8259) with // and /* */ comments. Duplicate keys, nesting beyond kMaxDepth and bad UTF-8 are
/// errors.
Parsed ParseJson(std::string_view text);
/// One YAML document, its scalars typed by the core schema of YAML 1.2; `<<` merges mappings. Duplicate keys,
/// nesting beyond kMaxDepth, keys that are no scalars and aliases that make a document explode are errors.
Parsed ParseYaml(std::string_view text);

}  // namespace wampgate::config
