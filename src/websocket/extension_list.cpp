#include "websocket/extension_list.hpp"

#include <fmt/format.h>

namespace wampgate::websocket {
namespace {

/// `token` of RFC 9110 5.6.2.
bool IsTokenChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Reads the header from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  std::size_t at() const { return at_; }
  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// Empty if there is no token here.
  std::string_view Token() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && IsTokenChar(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  /// A token, or a quoted string whose content is a token (RFC 6455 9.1).
  std::optional<std::string> Value() {
    if (!Take('"')) {
      const std::string_view token = Token();
      return token.empty() ? std::nullopt : std::optional<std::string>(token);
    }
    std::string value;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && ++at_ == text_.size()) return std::nullopt;
      if (!IsTokenChar(text_[at_])) return std::nullopt;
      value += text_[at_++];
    }
    if (!Take('"') || value.empty()) return std::nullopt;
    return value;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = LowerCase(c);
  return lower;
}

/// False on a syntax error at the reader's place.
bool ReadExtension(Reader& reader, Extension& extension) {
  extension.name = LowerCase(reader.Token());
  if (extension.name.empty()) return false;
  for (reader.SkipSpace(); reader.Take(';'); reader.SkipSpace()) {
    reader.SkipSpace();
    ExtensionParameter parameter{LowerCase(reader.Token()), std::nullopt};
    if (parameter.name.empty()) return false;
    reader.SkipSpace();
    if (reader.Take('=')) {
      reader.SkipSpace();
      parameter.value = reader.Value();
      if (!parameter.value) return false;
    }
    extension.parameters.push_back(std::move(parameter));
  }
  return true;
}

}  // namespace

StatusOr<std::vector<Extension>> ParseExtensionList(std::string_view header) {
  std::vector<Extension> extensions;
  Reader reader(header);
  while (true) {
    reader.SkipSpace();
    if (reader.Take(',')) continue;  // empty list elements are legal (RFC 9110 5.6.1)
    if (reader.at_end()) return extensions;
    Extension extension;
    if (!ReadExtension(reader, extension) || (!reader.at_end() && !reader.Take(','))) {
      return InvalidArgument(
          fmt::format("illegal syntax in Sec-WebSocket-Extensions at position {}", reader.at()));
    }
    extensions.push_back(std::move(extension));
  }
}

}  // namespace wampgate::websocket
