#include "base/ids.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

#include "base/check.hpp"

namespace wampgate {
namespace {

void FillRandom(void* to, std::size_t octets) {
  auto* out = static_cast<char*>(to);
  while (octets > 0) {
    const ssize_t got = ::getrandom(out, octets, 0);
    if (got < 0) {
      WAMPGATE_CHECK(errno == EINTR);
      continue;
    }
    out += got;
    octets -= static_cast<std::size_t>(got);
  }
}

}  // namespace

std::uint64_t RandomWampId() {
  std::uint64_t bits;
  FillRandom(&bits, sizeof bits);
  return (bits >> 11) + 1;
}

std::string SerialNumber() {
  constexpr std::string_view kAlphabet = "345679ACEFGHJKLMNPQRSTUVWXY";
  constexpr std::size_t kUnbiased = 256 / kAlphabet.size() * kAlphabet.size();
  std::string serial;
  while (serial.size() < 29) {
    unsigned char octet;
    FillRandom(&octet, 1);
    if (octet >= kUnbiased) continue;
    if (serial.size() % 5 == 4) serial += '-';
    serial += kAlphabet[octet % kAlphabet.size()];
  }
  return serial;
}

std::string RandomHex(std::size_t octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string raw(octets, '\0');
  FillRandom(raw.data(), octets);
  std::string hex;
  hex.reserve(octets * 2);
  for (const char c : raw) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

}  // namespace wampgate
