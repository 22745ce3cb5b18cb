#pragma once

#include <functional>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "base/status.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::wamp {

/// Calls `each` for every WAMP message in one batched transport message (spec 3.3): JSON messages end with
/// 0x18 or 0x1E, the binary ones begin with a 4-octet big-endian length. The whole batch is checked before
/// the first call; truncation, an unterminated tail and an empty batch are INVALID_ARGUMENT. `each` returns
/// false to stop.
Status SplitBatch(Serializer serializer, std::string_view payload,
                  const std::function<bool(std::string_view)>& each);

/// Appends `message` in its batched form: sends 0x18 for JSON.
void AppendToBatch(Serializer serializer, std::string_view message, ByteBuffer& out);

}  // namespace wampgate::wamp
