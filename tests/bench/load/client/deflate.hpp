#pragma once

#include <zlib.h>

#include <algorithm>

#include "client/basics.hpp"

namespace load {

// permessage-deflate of one connection. cnct, snct: the client's, the server's context is not kept between messages;
// cbits: the client's window.
struct Deflate {
  z_stream tx{}, rx{};
  bool tx_reset = false, rx_reset = false;
  Deflate(bool cnct, bool snct, int cbits) : tx_reset(cnct), rx_reset(snct) {
    deflateInit2(&tx, 6, Z_DEFLATED, -cbits, 8, Z_DEFAULT_STRATEGY);
    inflateInit2(&rx, -15);
  }
  ~Deflate() { deflateEnd(&tx), inflateEnd(&rx); }
  void pack(string_view in, string& out) {
    if (tx_reset) deflateReset(&tx);
    out.resize(deflateBound(&tx, in.size()) + 16);
    tx.next_in = (Bytef*)in.data(), tx.avail_in = uInt(in.size());
    tx.next_out = (Bytef*)out.data(), tx.avail_out = uInt(out.size());
    deflate(&tx, Z_SYNC_FLUSH);
    size_t n = out.size() - tx.avail_out;
    if (n < 5) out.assign(1, '\0');             // empty message (RFC 7692, 7.2.3.6)
    else out.resize(n - 4);
  }
  bool unpack(string_view in, string& out) {
    if (rx_reset) inflateReset(&rx);
    out.clear();
    for (int part = 0; part < 2; part++) {
      string_view src = part ? string_view("\0\0\xff\xff", 4) : in;
      rx.next_in = (Bytef*)src.data(), rx.avail_in = uInt(src.size());
      do {
        size_t at = out.size();
        out.resize(at + std::max<size_t>(4096, src.size() * 3));
        rx.next_out = (Bytef*)out.data() + at, rx.avail_out = uInt(out.size() - at);
        int rc = inflate(&rx, Z_SYNC_FLUSH);
        out.resize(out.size() - rx.avail_out);
        if (rc != Z_OK && rc != Z_BUF_ERROR && rc != Z_STREAM_END) return false;
        if (rc == Z_BUF_ERROR) break;
      } while (rx.avail_in || rx.avail_out == 0);
    }
    return true;
  }
};

}  // namespace load
