#pragma once

#include <cstddef>
#include <cstdint>

namespace wampgate::websocket {

/// XORs payload octets with a masking key (RFC 6455 5.3), eight and more at a time. `key` holds the key's
/// octets in memory order; `phase` is how many octets of the frame's payload came before these (only its low
/// two bits count).
void ApplyMask(char* octets, std::size_t count, std::uint32_t key, std::size_t phase = 0);

/// The same while copying; the ranges are the same or do not overlap.
void CopyMasked(char* to, const char* from, std::size_t count, std::uint32_t key, std::size_t phase = 0);

/// A masking key from the system's random source: unpredictable to whoever supplies the payload (RFC
/// 6455 10.3).
std::uint32_t RandomMaskKey();

}  // namespace wampgate::websocket
