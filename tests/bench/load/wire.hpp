// What the load client and the stub router read alike: lengths of frames, and input that ends within a frame.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace wire {

using u8 = unsigned char;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using std::string;
using std::string_view;

// The payload length of the RawSocket frame whose four octets of head are at h.
inline size_t raw_length(const u8* h) { return size_t(h[1]) << 16 | size_t(h[2]) << 8 | h[3]; }

// The WebSocket frame at h, of which m octets are there: its payload length, and the octets before payload or mask.
// False: the length is not there yet.
inline bool ws_length(const u8* h, size_t m, size_t& hl, u64& len) {
  if (m < 2) return false;
  hl = 2;
  len = h[1] & 127;
  if (len == 126) { if (m < 4) return false; len = u64(h[2]) << 8 | h[3], hl = 4; }
  else if (len == 127) { if (m < 10) return false; len = 0; for (int i = 2; i < 10; i++) len = len << 8 | h[i]; hl = 10; }
  return true;
}

// The start of a frame whose end has not been read. Reading goes on in place behind it; while there is none
// (length 0), connections read into a buffer that they share.
struct Incomplete {
  std::vector<char> octets;
  size_t length = 0;

  // Keeps the `left` octets at `rest` (within `octets` if length is not 0), with room for `need`, the size of the whole
  // frame where that is known.
  void keep(const char* rest, size_t left, size_t need) {
    if (left) {
      bool own = length > 0;
      size_t want = std::max<size_t>({need, left + 512, 4096});
      if (own) std::memmove(octets.data(), rest, left);
      if (octets.size() < want) octets.resize(want);
      if (!own) std::memcpy(octets.data(), rest, left);
    }
    length = left;
  }
};

}  // namespace wire
