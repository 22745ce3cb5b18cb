#include "wamp/document_builder.hpp"

#include <cmath>

#include "base/base64.hpp"
#include "wamp/float_format.hpp"

namespace wampgate::wamp {

nlohmann::json& DocumentBuilder::Place(nlohmann::json value) {
  if (open_.empty()) {
    root_ = std::move(value);
    return root_;
  }
  nlohmann::json& parent = *open_.back();
  if (parent.is_array()) return parent.emplace_back(std::move(value));
  nlohmann::json& slot = parent[key_];
  slot = std::move(value);
  return slot;
}

bool DocumentBuilder::Negative(std::uint64_t value) {
  if (value > INT64_MAX) return Add(-1.0 - static_cast<double>(value));
  return Add(static_cast<std::int64_t>(~value));
}

bool DocumentBuilder::BigOctets(Sign sign, std::string_view octets) {
  double magnitude = 0;
  for (char octet : octets) magnitude = magnitude * 256 + static_cast<unsigned char>(octet);
  return Add(sign == Sign::kNegative ? -1.0 - magnitude : magnitude);
}

bool DocumentKeyBuilder::Negative(std::uint64_t value) {
  if (value > INT64_MAX) return Unfit();
  return builder_.KeyText(std::to_string(static_cast<std::int64_t>(~value)));
}

bool DocumentKeyBuilder::Binary(std::string_view octets) {
  return builder_.KeyText(std::string(1, '\0') + EncodeBase64(octets));
}

bool DocumentKeyBuilder::Double(double value) {
  if (!std::isfinite(value)) return Unfit();
  char text[kMaxDoubleText + 2];
  return builder_.KeyText(std::string_view(text, static_cast<std::size_t>(WriteDouble(value, text) - text)));
}

}  // namespace wampgate::wamp
