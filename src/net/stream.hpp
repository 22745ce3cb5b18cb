#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "base/fd.hpp"
#include "base/prefetch_list.hpp"
#include "base/status.hpp"
#include "net/loop.hpp"
#include "net/poller.hpp"
#include "net/tls_session.hpp"

namespace wampgate::net {

/// What a Stream tells its owner, on the loop's thread.
class StreamHandler {
 public:
  /// Input: what was left unconsumed before, followed by what was just read. Decode in place (the octets may
  /// be overwritten). Returns how many octets were consumed; the rest comes again with more behind it. Octets
  /// of a paused, taken or closed stream are kept, not delivered.
  virtual std::size_t OnData(std::span<char> octets) = 0;
  /// The peer has ended its side (FIN); nothing more comes.
  virtual void OnEnd() = 0;
  /// The TLS handshake is complete. What came with its end is delivered in the next turn.
  virtual void OnSecured() {}
  /// Unsent output has fallen below the low watermark after having been above the high one.
  virtual void OnDrained() {}
  /// Reading or writing failed; the stream is dead. The last call.
  virtual void OnError(const Status& status) = 0;

 protected:
  ~StreamHandler() = default;
};

/// One connected socket, TCP or Unix, with or without TLS, in the thread's Poller: reads into a 128 KiB
/// buffer that all streams of the thread share, keeps only an unconsumed tail, collects output and writes it
/// once per turn. An idle stream holds no buffers. Handlers may close the stream, start it for another
/// handler and pause it from inside any of their calls, but not destroy it there (Loop::DeleteLater).
class Stream final : private PollHandler, private Flushable, private Resumable {
 public:
  /// Takes a connected, non-blocking socket. Nothing is read before Start.
  Stream(Loop& loop, UniqueFd socket);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Speaks TLS from now on: what handlers see and write is what it protects. Before Start. Output waits
  /// until the handshake is complete (OnSecured); a failed one is OnError, after its alert was sent.
  void StartTls(std::shared_ptr<const TlsContext> context);
  /// Null without TLS.
  const TlsSession* tls() const { return tls_.get(); }

  /// Begins to read for `handler`; may be called again to hand the stream to another owner: octets that the
  /// old one left unconsumed are delivered to the new one in the next turn.
  void Start(StreamHandler& handler);
  /// Forgets the handler: nothing is read or told until the next Start, output still goes out. What has been
  /// left unconsumed is kept for the next owner.
  void Stop();

  /// Octets put in front of what will be read next (leftovers of a handshake); delivered in the next turn.
  /// From inside OnData they also come before what that call leaves unconsumed.
  void Unread(std::string_view octets);

  /// Output of this turn; append to it, it goes out by itself.
  ByteBuffer& Output() {
    loop_.FlushLater(*this);
    return output_;
  }
  /// From this size on a piece of output is worth a system call of its own, and Write instead of a copy in
  /// Output().
  static constexpr std::size_t kWorthACall = 32 * 1024;
  /// Behind what is in Output(): to the kernel at once, from where they are, as far as it takes them; the
  /// rest is copied. A failure is told in a later turn.
  void Write(std::string_view octets);
  /// Octets not yet taken by the kernel.
  std::size_t pending() const { return output_.size() + (tls_ ? tls_->Sealed().size() : 0); }
  /// OnDrained follows when more than `high` octets were unsent and at most `low` are left. 64 KiB and 256
  /// KiB.
  void SetWatermarks(std::uint32_t low, std::uint32_t high) {
    low_ = low;
    high_ = high;
  }

  /// What was read and not consumed is kept, and delivered again in a turn after ResumeReading even if
  /// nothing new has come. A reset by the peer is reported while paused, FIN after that.
  void PauseReading() { reading_ = false; }
  void ResumeReading();
  bool reading() const { return reading_; }

  /// Sends what is queued, then FIN; reading goes on until the peer ends too. OnEnd or OnError follows.
  void ShutdownWrite();
  /// Closes now: queued output is dropped. `kReset` sends RST. No callback follows.
  enum class CloseHow { kOrderly, kReset };
  void Close(CloseHow how);
  bool is_open() const { return static_cast<bool>(socket_); }

  int fd() const { return socket_.get(); }
  Loop& loop() { return loop_; }
  /// Octets of memory that the buffers of this stream take up: none when it is idle.
  std::size_t held() const {
    return output_.capacity() + tail_.capacity() + (tls_ ? tls_->Sealed().capacity() : 0);
  }
  /// Of the socket, with what TLS adds.
  std::uint64_t octets_in() const { return octets_in_; }
  std::uint64_t octets_out() const { return octets_out_; }
  /// What its handler will touch when input comes: fetched into the caches while the kernel hands the input
  /// over.
  /// Outlives the stream; null: nothing.
  void SetTouched(const PrefetchList* list) { touched_ = list; }
  /// In which of the loop's sums it counts: kOther at first.
  void SetPeerKind(PeerKind kind);
  Meter& meter() { return loop_.meter(peer_kind_); }

 private:
  void OnReady(std::uint32_t events) override;
  void Flush() override;
  void Resume() override;
  void Read();
  void ReadIntoTail();
  bool Received(ssize_t got);
  void DeliverRead(std::span<char> octets);
  void Deliver(std::span<char> octets);
  void DeliverTail();
  void KeepTail(std::string_view rest);
  void DeliverEnd();
  void OnPausedReady(std::uint32_t events);
  void WriteOut();
  bool Send(ByteBuffer& octets);
  StatusOr<std::size_t> Offer(std::string_view octets);
  void CountSent(std::size_t octets);
  void CountBuffered();
  void UpdateInterest();

  void ReadTls();
  void WriteTls(std::string_view octets);
  bool SealAndSend();
  Status SendSealed(std::string_view octets, std::string_view more);
  bool CanSeal() const { return tls_->established() && tls_->Sealed().empty(); }
  bool HasToSeal() const {
    return tls_->established() && (!output_.empty() || (fin_ == FinState::kWanted && !tls_->said_close()));
  }
  bool NothingLeftToSay() const { return pending() == 0 && (!tls_ || tls_->said_close()); }
  void FailTls(const Status& status);
  void SayTlsClose();
  /// What the socket is to take next.
  const ByteBuffer& Outgoing() const { return tls_ ? tls_->Sealed() : output_; }
  void Deregister();
  void Fail(const Status& status);
  void FailLater(Status status);

  enum class FinState : std::uint8_t { kNone, kWanted, kSent };

  Loop& loop_;
  UniqueFd socket_;
  StreamHandler* handler_ = nullptr;
  ByteBuffer output_;
  ByteBuffer tail_;
  std::unique_ptr<TlsSession> tls_;
  std::uint32_t low_ = 64 * 1024;
  std::uint32_t high_ = 256 * 1024;
  std::uint64_t octets_in_ = 0;
  std::uint64_t octets_out_ = 0;
  std::size_t counted_ = 0;  // of the output, in the meter
  std::uint32_t interest_ = 0;
  PeerKind peer_kind_ = PeerKind::kOther;
  FinState fin_ = FinState::kNone;
  bool registered_ = false;
  bool reading_ = true;
  bool delivering_ = false;
  bool tail_is_new_ = false;  // its present owner has not seen the tail, or was paused when it came
  bool above_high_ = false;
  bool peer_ended_ = false;
  bool end_told_ = false;
  Status failure_;  // that nobody has been told of yet
  const PrefetchList* touched_ = nullptr;
};

/// Peer address in the spelling of spec 3.7: "tcp4:<ip>:<port>", "tcp6:<ip>:<port>", "unix", "unix:<path>".
/// "unknown" once the peer is gone.
std::string PeerName(int socket);

}  // namespace wampgate::net
