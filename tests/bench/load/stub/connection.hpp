// A connection or a listener of the stub router, and what there is once.
#pragma once

#include <sys/epoll.h>

#include "wire.hpp"

namespace stub {

using namespace wire;

enum class Ser : u8 { none, json, msgpack, cbor };     // RawSocket numbering

struct Conn {
  int fd = -1;
  bool listener = false, tcp = false;
  enum : u8 { fresh, ws, raw } kind = fresh;
  Ser ser = Ser::none;                                 // none: echo
  u32 events = EPOLLIN;                                // what epoll watches
  Incomplete in;
  string out;                                          // what the socket did not take
  size_t out_off = 0;
  string frag;
};

inline int g_ep;
inline u64 g_session = 1, g_calls = 0, g_conns = 0;
inline string g_out;                                   // answers of the current read

}  // namespace stub
