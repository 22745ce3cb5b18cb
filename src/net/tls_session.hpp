#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "base/status.hpp"
#include "net/loop.hpp"
#include "net/tls_context.hpp"

struct ssl_st;

namespace wampgate::net {

/// The TLS of one connection, without any I/O: what came from the peer goes in, what is for the peer collects
/// in Sealed(). OpenSSL's buffers are released when nothing is in them. Loop's thread only.
class TlsSession {
 public:
  explicit TlsSession(std::shared_ptr<const TlsContext> context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// A client's first flight.
  Status Begin();

  /// The most that Decrypt may give beyond what is put in: a record of which a part was held back.
  static constexpr std::size_t kSlack = Loop::kReadSlack;
  struct Decrypted {
    std::size_t octets = 0;  ///< written to `plain`
    bool closed = false;     ///< the peer has said close_notify: nothing more comes
    Status failure;          ///< not OK: the connection is broken; what is in Sealed() is the alert
  };
  /// Takes all of `sealed` and writes what it holds to `plain`, which has room for kSlack more octets than
  /// `sealed` has.
  Decrypted Decrypt(std::string_view sealed, std::span<char> plain);

  /// What a record holds at most (RFC 8446 5.1), and what each adds to it, roundly.
  static constexpr std::size_t kRecord = 16 * 1024;
  static constexpr std::size_t kRecordOverhead = 256;
  /// Writes `plain` in records to `sealed` and returns how many octets they take. Room is wanted for as many
  /// and kRecordOverhead for each record begun, and one more. Only after the handshake, and when Sealed() is
  /// empty.
  StatusOr<std::size_t> Encrypt(std::string_view plain, std::span<char> sealed);
  /// Appends close_notify to Sealed(), once.
  void SayClose();
  bool said_close() const { return said_close_; }

  bool established() const { return established_; }
  /// For the peer.
  ByteBuffer& Sealed() { return sealed_; }
  const ByteBuffer& Sealed() const { return sealed_; }

  /// "TLSv1.3"; and the cipher suite in OpenSSL's spelling. Empty before the handshake is complete.
  std::string_view version() const;
  std::string_view cipher() const;
  /// The name that the client asked for (SNI, RFC 6066 3); empty if it did not.
  std::string_view server_name() const;

 private:
  struct Octets;  // the BIO: reads from input_, writes to room_ if there is any, else to sealed_

  Status Handshake();
  Status Failure(std::string_view during);

  std::shared_ptr<const TlsContext> context_;
  ssl_st* ssl_;
  std::string_view input_;
  std::span<char> room_;
  ByteBuffer sealed_;
  bool established_ = false;
  bool said_close_ = false;
};

}  // namespace wampgate::net
