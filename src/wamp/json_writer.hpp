#pragma once

#include <charconv>
#include <string_view>

#include "wamp/fault.hpp"
#include "wamp/sink.hpp"

namespace wampgate::wamp {

class JsonKeyWriter;

/// Writes compact JSON (spec 3.4.1): UTF-8 as it is, "\u0000"+Base64 for binary. Same calls as CborWriter.
/// Every value is followed by a comma; the end of the container turns the last one into its bracket.
class JsonWriter {
 public:
  static constexpr bool kDiscards = false;
  static constexpr bool kTolerates = false;
  using KeyWriter = JsonKeyWriter;

  JsonWriter(Sink& sink, Fault& fault) : sink_(sink), fault_(fault) {}

  bool Null() { return Token("null,"); }
  bool Boolean(bool value) { return Token(value ? "true," : "false,"); }
  bool Unsigned(std::uint64_t value) {
    if (!Need(kLongestInteger)) return false;
    PutUnsigned(value);
    sink_.Put(',');
    return true;
  }
  bool Negative(std::uint64_t value) {
    if (!Need(kLongestInteger)) return false;
    PutNegative(value);
    sink_.Put(',');
    return true;
  }
  bool Double(double value);
  bool BigOctets(Sign sign, std::string_view octets);
  bool Text(std::string_view text);
  /// For documents of ours: text that no rule of the serializer refuses.
  bool AnyText(std::string_view text) {
    if (!Quoted(text)) return false;
    sink_.Put(',');
    return true;
  }
  bool KeyText(std::string_view text) {
    if (!Quoted(text)) return false;
    sink_.Put(':');
    return true;
  }
  bool Binary(std::string_view octets);

  bool BeginList(std::uint64_t) { return Open('['); }
  bool BeginMap(std::uint64_t) { return Open('{'); }
  bool EndList() { return Close(']'); }
  bool EndMap() { return Close('}'); }
  bool OpenList(std::size_t&) { return Open('['); }
  bool OpenMap(std::size_t&) { return Open('{'); }
  bool CloseList(std::size_t, std::uint64_t) { return Close(']'); }
  bool CloseMap(std::size_t, std::uint64_t) { return Close('}'); }
  bool Finish() {
    sink_.DropLast();
    return sink_.Keep() || fault_.TooLarge();
  }

 private:
  friend JsonKeyWriter;
  static constexpr std::size_t kLongestInteger = 24;  // "-18446744073709551616" and what may follow

  bool Need(std::size_t octets) { return sink_.Need(octets) || fault_.TooLarge(); }
  bool Token(std::string_view token) {
    if (!Need(token.size())) return false;
    sink_.PutText(token);
    return true;
  }
  bool Open(char bracket) {
    if (!Need(1)) return false;
    sink_.Put(static_cast<unsigned char>(bracket));
    return true;
  }
  bool Close(char bracket) {
    if (!Need(2)) return false;
    if (sink_.last() == ',') sink_.DropLast();  // no text ends with a comma: the quote is behind it
    sink_.Put(static_cast<unsigned char>(bracket));
    sink_.Put(',');
    return true;
  }
  void PutUnsigned(std::uint64_t value) {
    sink_.set_cursor(std::to_chars(sink_.cursor(), sink_.cursor() + kLongestInteger, value).ptr);
  }
  void PutNegative(std::uint64_t value);
  bool PutDouble(double value);
  bool PutBig(Sign sign, std::string_view octets);
  /// The text in quotes, with room left for two more octets.
  bool Quoted(std::string_view text) {
    if (!Need(text.size() + 4)) return false;
    if (TraitsOf(text).special != 0) return QuotedWithEscapes(text);
    sink_.Put('"');
    sink_.PutText(text);
    sink_.Put('"');
    return true;
  }
  bool QuotedWithEscapes(std::string_view text);
  void PutEscape(char c);

  Sink& sink_;
  Fault& fault_;
};

inline bool JsonWriter::Text(std::string_view text) {
  if (!text.empty() && text[0] == '\0') {
    return fault_.Unexpressible("text that begins with U+0000, which marks binary values,");
  }
  return AnyText(text);
}

/// Writes one map key: what is not text becomes the text that JSON would write for it (spec 3.4.6).
class JsonKeyWriter {
 public:
  static constexpr bool kDiscards = false;
  static constexpr bool kTolerates = false;
  using KeyWriter = JsonKeyWriter&;

  explicit JsonKeyWriter(JsonWriter& writer) : writer_(writer) {}

  bool Null() { return writer_.Token("\"null\":"); }
  bool Boolean(bool value) { return writer_.Token(value ? "\"true\":" : "\"false\":"); }
  bool Unsigned(std::uint64_t value);
  bool Negative(std::uint64_t value);
  bool Double(double value);
  bool BigOctets(Sign sign, std::string_view octets);
  bool Text(std::string_view text) { return writer_.KeyText(text); }
  bool KeyText(std::string_view text) { return writer_.KeyText(text); }
  bool Binary(std::string_view) { return writer_.fault_.Unexpressible("binary map key"); }

  bool BeginList(std::uint64_t) { return Container(); }
  bool BeginMap(std::uint64_t) { return Container(); }
  bool EndList() { return Container(); }
  bool EndMap() { return Container(); }
  bool OpenList(std::size_t&) { return Container(); }
  bool OpenMap(std::size_t&) { return Container(); }
  bool CloseList(std::size_t, std::uint64_t) { return Container(); }
  bool CloseMap(std::size_t, std::uint64_t) { return Container(); }

 private:
  bool Container() { return writer_.fault_.Unexpressible("list or map as a map key"); }
  bool Quote();
  bool EndKey();

  JsonWriter& writer_;
};

}  // namespace wampgate::wamp
