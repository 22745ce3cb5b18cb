#pragma once

#include <cstdint>
#include <string>

namespace wampgate {

/// A WAMP id of global scope: uniform over [1, 2^53] (WAMP "IDs").
std::uint64_t RandomWampId();

/// Crossbar's serial number: six groups of four characters of "345679ACEFGHJKLMNPQRSTUVWXY", joined by '-'
/// (spec 5.4).
std::string SerialNumber();

/// `octets` random octets, as lower-case hexadecimal.
std::string RandomHex(std::size_t octets);

}  // namespace wampgate
