#include "config/filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/problem.hpp"

namespace wampgate::config {
namespace {

constexpr std::size_t kLongest = 4096;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kEndOfWord = " \t\r\n=!<>:\"()";

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

class FilterParser {
 public:
  FilterParser(std::string_view text, const google::protobuf::Descriptor& type) : text_(text), type_(type) {}

  StatusOr<Filter> Parse() {
    if (text_.size() > kLongest) return InvalidArgument("a filter has at most 4096 octets");
    Filter filter;
    SkipSpace();
    while (at_ < text_.size()) {
      WAMPGATE_ASSIGN_OR_RETURN(Filter::Term term, ParseTerm());
      filter.terms_.push_back(std::move(term));
      SkipSpace();
      if (at_ == text_.size()) break;
      if (!TakeWord("AND")) return Wrong("AND");
      SkipSpace();
      if (at_ == text_.size()) return Wrong("a term");
    }
    return filter;
  }

 private:
  Status Wrong(std::string_view expected) const {
    return InvalidArgument(fmt::format("expected {} at character {}, found {}", expected, at_ + 1,
                                       at_ < text_.size() ? Quote(text_.substr(at_, 20)) : "the end"));
  }
  void SkipSpace() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }
  bool TakeWord(std::string_view word) {
    const bool there = text_.substr(at_).starts_with(word) &&
                       (at_ + word.size() == text_.size() ||
                        kSpace.find(text_[at_ + word.size()]) != std::string_view::npos);
    if (there) at_ += word.size();
    return there;
  }
  bool Take(std::string_view symbol) {
    const bool there = text_.substr(at_).starts_with(symbol);
    if (there) at_ += symbol.size();
    return there;
  }

  StatusOr<Filter::Term> ParseTerm() {
    Filter::Term term;
    term.negated = TakeWord("NOT") || Take("-");
    SkipSpace();
    const std::string_view path = Word();
    if (path.empty()) return Wrong("the name of a field");
    WAMPGATE_ASSIGN_OR_RETURN(term.field, FieldPath::Parse(path, type_));
    SkipSpace();
    const auto op = ParseOperator();
    if (!op) return Wrong("=, !=, <, <=, >, >= or :");
    term.op = *op;
    const bool is_list = term.field.leaf().is_repeated();
    if (is_list && term.op != Filter::Operator::kHas) {
      return InvalidArgument(fmt::format("{} is a list, which is asked with {}:value", path, path));
    }
    SkipSpace();
    WAMPGATE_ASSIGN_OR_RETURN(const std::string value, ParseValue());
    auto parsed = term.field.ParseValue(value);
    if (!parsed.ok()) return Annotate(parsed.status(), path);
    term.value = *std::move(parsed);
    const bool compares = term.op == Filter::Operator::kEqual || term.op == Filter::Operator::kNotEqual;
    if (auto* text = std::get_if<std::string>(&term.value); text != nullptr && compares && ends_with_star_) {
      text->pop_back();
      term.begins = true;
    }
    return term;
  }

  std::optional<Filter::Operator> ParseOperator() {
    using enum Filter::Operator;
    constexpr std::pair<std::string_view, Filter::Operator> kOperators[] = {
        {"!=", kNotEqual}, {"<=", kLessOrEqual}, {">=", kGreaterOrEqual}, {"=", kEqual}, {"<", kLess},
        {">", kGreater},   {":", kHas}};
    for (const auto& [symbol, op] : kOperators) {
      if (Take(symbol)) return op;
    }
    return std::nullopt;
  }

  std::string_view Word() {
    const std::size_t end = std::min(text_.find_first_of(kEndOfWord, at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    return word;
  }

  /// Bare words may hold ':' ("tcp4:0.0.0.0:80", times).
  StatusOr<std::string> ParseValue() {
    if (!Take("\"")) {
      const std::size_t end = std::min(text_.find_first_of(" \t\r\n\"()", at_), text_.size());
      if (end == at_) return Wrong("a value");
      const std::string word(text_.substr(at_, end - at_));
      at_ = end;
      ends_with_star_ = word.ends_with('*');
      return word;
    }
    std::string value;
    ends_with_star_ = false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      ends_with_star_ = text_[at_] == '*';
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (!Take("\"")) return Wrong("a closing \"");
    return value;
  }

  std::string_view text_;
  const google::protobuf::Descriptor& type_;
  std::size_t at_ = 0;
  bool ends_with_star_ = false;  // the last value, by a '*' that is not escaped
};

StatusOr<Filter> Filter::Parse(std::string_view text, const google::protobuf::Descriptor& type) {
  return FilterParser(text, type).Parse();
}

bool Filter::Term::Contains(const google::protobuf::Message& message) const {
  const auto* wanted = std::get_if<std::string>(&value);
  if (wanted == nullptr) return field.Read(message) == value;
  if (!field.leaf().is_repeated()) {
    return Lower(std::get<std::string>(field.Read(message))).find(Lower(*wanted)) != std::string::npos;
  }
  const auto& holder = field.Holder(message);
  const auto* reflection = holder.GetReflection();
  for (int i = 0; i < reflection->FieldSize(holder, &field.leaf()); ++i) {
    if (reflection->GetRepeatedString(holder, &field.leaf(), i) == *wanted) return true;
  }
  return false;
}

bool Filter::Term::Equals(const google::protobuf::Message& message) const {
  const FieldPath::Key found = field.Read(message);
  return begins ? std::get<std::string>(found).starts_with(std::get<std::string>(value)) : found == value;
}

bool Filter::Term::Matches(const google::protobuf::Message& message) const {
  if (op == Operator::kHas) return Contains(message) != negated;
  if (op == Operator::kEqual) return Equals(message) != negated;
  if (op == Operator::kNotEqual) return Equals(message) == negated;
  const FieldPath::Key found = field.Read(message);
  switch (op) {
    case Operator::kLess:
      return (found < value) != negated;
    case Operator::kLessOrEqual:
      return (found <= value) != negated;
    case Operator::kGreater:
      return (found > value) != negated;
    case Operator::kGreaterOrEqual:
      return (found >= value) != negated;
    default:
      break;
  }
  return false;
}

bool Filter::Matches(const google::protobuf::Message& message) const {
  return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) { return term.Matches(message); });
}

StatusOr<Ordering> Ordering::Parse(std::string_view text, const google::protobuf::Descriptor& type) {
  Ordering ordering;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view column = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto trim = [](std::string_view word) {
      word.remove_prefix(std::min(word.find_first_not_of(kSpace), word.size()));
      return word.substr(0, word.find_last_not_of(kSpace) + 1);
    };
    column = trim(column);
    Column parsed;
    const std::size_t space = column.find_last_of(kSpace);
    if (space != std::string_view::npos) {
      const std::string_view direction = column.substr(space + 1);
      if (direction != "desc" && direction != "asc") {
        return InvalidArgument(fmt::format("expected asc or desc, found {}", Quote(direction)));
      }
      parsed.descending = direction == "desc";
      column = trim(column.substr(0, space));
    }
    WAMPGATE_ASSIGN_OR_RETURN(parsed.field, FieldPath::Parse(column, type));
    ordering.columns_.push_back(std::move(parsed));
  }
  return ordering;
}

Ordering::Place Ordering::PlaceOf(const google::protobuf::Message& message) const {
  Place place;
  for (const Column& column : columns_) place.push_back(column.field.Read(message));
  return place;
}

int Ordering::Compare(const Place& left, const Place& right) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (left[i] == right[i]) continue;
    return (left[i] < right[i]) != columns_[i].descending ? -1 : 1;
  }
  return 0;
}

}  // namespace wampgate::config
