#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "base/status.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::wamp {

/// Callers include <nlohmann/json.hpp> themselves.
///
/// Messages that we terminate or make ourselves (HELLO … GOODBYE, service calls) are rare and go through
/// documents. Binary values are nlohmann binaries in all three serializers ("\u0000"+base64 in JSON). Depth
/// is limited to kMaxDepth, duplicate keys: last wins, invalid UTF-8 and trailing octets are errors.
StatusOr<nlohmann::json> ReadDocument(Serializer serializer, std::string_view message);

/// Appends the document to `out`. Definite lengths, shortest forms, compact JSON; NaN and Infinity are null
/// in JSON.
void WriteDocument(Serializer serializer, const nlohmann::json& document, ByteBuffer& out);
std::string WriteDocument(Serializer serializer, const nlohmann::json& document);

}  // namespace wampgate::wamp
