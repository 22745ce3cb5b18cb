#include "wamp/json_writer.hpp"

#include <cmath>

#include "base/base64.hpp"
#include "wamp/big_integer.hpp"
#include "wamp/float_format.hpp"

namespace wampgate::wamp {

void JsonWriter::PutNegative(std::uint64_t value) {
  if (value == UINT64_MAX) {
    sink_.PutText("-18446744073709551616");
    return;
  }
  sink_.Put('-');
  PutUnsigned(value + 1);
}

bool JsonWriter::PutDouble(double value) {
  if (!std::isfinite(value)) return fault_.Unexpressible(std::isnan(value) ? "float NaN" : "float Infinity");
  if (!Need(kMaxDoubleText + 2)) return false;
  sink_.set_cursor(WriteDouble(value, sink_.cursor()));
  return true;
}

bool JsonWriter::PutBig(Sign sign, std::string_view octets) {
  const std::string digits = DecimalOfOctets(sign == Sign::kNegative ? Incremented(octets) : octets);
  if (!Need(digits.size() + 3)) return false;
  if (sign == Sign::kNegative) sink_.Put('-');
  sink_.PutText(digits);
  return true;
}

bool JsonWriter::Double(double value) {
  if (!PutDouble(value)) return false;
  sink_.Put(',');
  return true;
}

bool JsonWriter::BigOctets(Sign sign, std::string_view octets) {
  if (!PutBig(sign, octets)) return false;
  sink_.Put(',');
  return true;
}

bool JsonWriter::Binary(std::string_view octets) {
  constexpr std::string_view kMark = "\"\\u0000";
  if (!Need(kMark.size() + Base64Length(octets.size()) + 2)) return false;
  sink_.PutText(kMark);
  sink_.set_cursor(sink_.cursor() + EncodeBase64(octets, sink_.cursor()));
  sink_.PutText("\",");
  return true;
}

void JsonWriter::PutEscape(char c) {
  sink_.Put('\\');
  switch (c) {
    case '\b':
      return sink_.Put('b');
    case '\t':
      return sink_.Put('t');
    case '\n':
      return sink_.Put('n');
    case '\f':
      return sink_.Put('f');
    case '\r':
      return sink_.Put('r');
    case '"':
    case '\\':
      return sink_.Put(static_cast<unsigned char>(c));
    default:
      break;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  sink_.PutText("u00");
  sink_.Put(static_cast<unsigned char>(kDigits[static_cast<unsigned char>(c) >> 4]));
  sink_.Put(static_cast<unsigned char>(kDigits[static_cast<unsigned char>(c) & 15]));
}

bool JsonWriter::QuotedWithEscapes(std::string_view text) {
  sink_.Put('"');
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const special = FindSpecial(at, end);
    const std::string_view plain(at, static_cast<std::size_t>(special - at));
    if (!Need(plain.size() + 16)) return false;
    sink_.PutText(plain);
    at = special;
    if (at != end) PutEscape(*at++);
  }
  sink_.Put('"');
  return true;
}

bool JsonKeyWriter::Quote() {
  if (!writer_.Need(JsonWriter::kLongestInteger + 4)) return false;
  writer_.sink_.Put('"');
  return true;
}

bool JsonKeyWriter::EndKey() {
  if (!writer_.Need(2)) return false;
  writer_.sink_.PutText("\":");
  return true;
}

bool JsonKeyWriter::Unsigned(std::uint64_t value) {
  if (!Quote()) return false;
  writer_.PutUnsigned(value);
  return EndKey();
}

bool JsonKeyWriter::Negative(std::uint64_t value) {
  if (!Quote()) return false;
  writer_.PutNegative(value);
  return EndKey();
}

bool JsonKeyWriter::Double(double value) {
  return Quote() && writer_.PutDouble(value) && EndKey();
}

bool JsonKeyWriter::BigOctets(Sign sign, std::string_view octets) {
  return Quote() && writer_.PutBig(sign, octets) && EndKey();
}

}  // namespace wampgate::wamp
