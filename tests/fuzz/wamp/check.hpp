#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wamp/serialization.hpp"

namespace wampgate::fuzz {

/// Aborts if two ways of reading the same octets disagree: as a document, as an envelope, by their type code,
/// and as a translation into the same serializer.
void CheckReaders(wamp::Serializer serializer, std::string_view message);

/// Aborts if a translation and back is not the message in its normal form (what the serializer's writer makes
/// of it).
void CheckRoundTrip(wamp::Serializer serializer, std::string_view message, wamp::Serializer other);

}  // namespace wampgate::fuzz
