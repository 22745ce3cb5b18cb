// A connection to the endpoint, from socket to socket: bytes in and out, whatever they mean.
#pragma once

#include <openssl/types.h>
#include <sys/types.h>

#include <memory>
#include <vector>

#include "client/deflate.hpp"
#include "client/options.hpp"

namespace load {

enum class St { closed, connecting, tls, upgrade, welcome, ready };

struct Conn {
  int fd = -1;
  SSL* ssl = nullptr;
  St st = St::closed;
  u32 events = 0;                               // what epoll currently watches
  bool tls_wants_write = false;
  bool dirty = false;                           // queued to be flushed
  Incomplete in;
  string out;
  size_t out_off = 0;
  string frag;                                  // fragments of an incomplete message
  bool frag_deflated = false;
  std::unique_ptr<Deflate> z;
  u64 next_id = 1, acked = 0;                   // echo: answers come in order
  u32 inflight = 0;
  std::vector<u64> sent;                        // send times by request id (power of two)
  u64 t_open = 0;
  u64 answers = 0;
};

inline std::vector<Conn> g_conn;
inline int g_ep = -1;

// Starts to connect.
void open_conn(Conn& c);

// Closes and makes the connection as new; nothing is counted as wrong.
void drop(Conn& c);

// Counts an error, the first one with its reason, and drops the connection.
void fail(Conn& c, const string& why);

// Tells epoll what the connection waits for now.
void watch(Conn& c);

// >0 bytes, 0 end of stream, -1 would block, -2 failed.
ssize_t io_read(Conn& c, char* b, size_t n);

// Writes what the socket takes of c.out; may fail the connection.
void flush(Conn& c);

// Has flush_queued flush the connection, so that what is sent in one turn goes out in one write.
void queue_flush(Conn& c);
void flush_queued();

}  // namespace load
