#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <unordered_set>

#include "config/value.hpp"

namespace wampgate::config {
namespace {

/// Reads a text and knows how much of it the parser has taken.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    if (at_ > *furthest_) *furthest_ = at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

/// Turns an offset into a line and a column; asked for ever larger offsets.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}
  Position At(std::size_t offset) {
    if (offset < offset_) {  // a key, asked for again
      offset_ = 0;
      position_ = {1, 1};
    }
    for (; offset_ < offset && offset_ < text_.size(); ++offset_) {
      if (text_[offset_] == '\n') {
        ++position_.line;
        position_.column = 1;
      } else if ((static_cast<unsigned char>(text_[offset_]) & 0xC0) != 0x80) {
        ++position_.column;
      }
    }
    return position_;
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position position_{1, 1};
};

class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string_view text, Parsed& parsed) : text_(text), lines_(text), parsed_(parsed) {}

  const char** furthest() { return &furthest_; }
  void Begin() { furthest_ = text_.data(); }

  bool null() override { return Put({}, WordStart()); }
  bool boolean(bool boolean) override { return Put(Value::Bool(boolean), WordStart()); }
  bool number_integer(number_integer_t number) override { return Put(Value::Integer(number), WordStart()); }
  bool number_unsigned(number_unsigned_t number) override {
    Value value;
    value.kind = Value::Kind::kInteger;
    value.magnitude = number;
    value.text = fmt::format("{}", number);
    return Put(std::move(value), WordStart());
  }
  bool number_float(number_float_t number, const string_t& text) override {
    Value value;
    value.kind = Value::Kind::kFloat;
    value.number = number;
    value.text = text;
    return Put(std::move(value), WordStart());
  }
  bool string(string_t& text) override { return Put(Value::String(text), StringStart()); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return Open(Value::Kind::kObject); }
  bool start_array(std::size_t) override { return Open(Value::Kind::kList); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& key) override {
    Level& level = levels_.back();
    const Position position = lines_.At(StringStart());
    if (!level.seen.insert(key).second) {
      parsed_.problems.push_back({Severity::kError, level.where.Key(key).text(), "the key occurs twice",
                                  position.line, position.column});
    }
    level.value.keys.push_back({key, position});
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
    std::string_view reason = error.what();
    if (const auto at = reason.find(": "); at != std::string_view::npos) reason.remove_prefix(at + 2);
    Fail(fmt::format("configuration file does not seem to be proper JSON ('{}')", reason), Offset());
    return false;
  }

 private:
  struct Level {
    Value value;
    Where where;
    std::unordered_set<std::string> seen;
  };

  std::size_t Offset() const { return static_cast<std::size_t>(furthest_ - text_.data()); }
  void Fail(std::string message, std::size_t offset) {
    const Position position = lines_.At(offset > 0 ? offset - 1 : 0);
    parsed_.problems.push_back({Severity::kError, "", std::move(message), position.line, position.column});
  }
  /// The parser has just taken a string: back to its opening quote, the first that no odd run of '\'
  /// precedes.
  std::size_t StringStart() const {
    std::size_t at = Offset() >= 2 ? Offset() - 2 : 0;
    for (; at > 0; --at) {
      if (text_[at] != '"') continue;
      std::size_t slashes = 0;
      while (slashes < at && text_[at - 1 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 0) break;
    }
    return at;
  }
  /// The parser has just taken a number or a word, and perhaps one character more.
  std::size_t WordStart() const {
    const auto in_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == 'E' || c == '-' || c == '+' || c == '.';
    };
    std::size_t at = Offset();
    if (at > 0 && !in_word(text_[at - 1])) --at;
    while (at > 0 && in_word(text_[at - 1])) --at;
    return at;
  }
  Where NextWhere() const {
    if (levels_.empty()) return {};
    const Level& level = levels_.back();
    return level.value.is_object() ? level.where.Key(level.value.keys.back().text)
                                   : level.where.Index(level.value.items.size());
  }
  bool Put(Value value, std::size_t start) {
    value.position = lines_.At(start);
    return Insert(std::move(value));
  }
  bool Insert(Value value) {
    if (levels_.empty()) {
      parsed_.value = std::move(value);
    } else {
      levels_.back().value.items.push_back(std::move(value));
    }
    return true;
  }
  bool Open(Value::Kind kind) {
    if (levels_.size() >= static_cast<std::size_t>(kMaxDepth)) {
      Fail(fmt::format("nested more than {} levels deep", kMaxDepth), Offset());
      return false;
    }
    Level level;
    level.where = NextWhere();
    level.value.kind = kind;
    level.value.position = lines_.At(Offset() > 0 ? Offset() - 1 : 0);
    levels_.push_back(std::move(level));
    return true;
  }
  bool Close() {
    Value value = std::move(levels_.back().value);
    levels_.pop_back();
    return Insert(std::move(value));
  }

  std::string_view text_;
  LineCounter lines_;
  Parsed& parsed_;
  const char* furthest_ = nullptr;
  std::vector<Level> levels_;
};

}  // namespace

Parsed ParseJson(std::string_view text) {
  Parsed parsed;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  TreeBuilder builder(text, parsed);
  builder.Begin();
  try {
    const CountingIterator begin(text.data(), builder.furthest());
    const CountingIterator end(text.data() + text.size(), builder.furthest());
    parsed.ok =
        nlohmann::json::sax_parse(begin, end, &builder, nlohmann::json::input_format_t::json, true, true);
  } catch (const std::exception& error) {
    parsed.ok = false;
    parsed.problems.push_back(
        {Severity::kError, "", fmt::format("cannot be read as JSON: {}", error.what())});
  }
  return parsed;
}

}  // namespace wampgate::config
