#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/byte_buffer.hpp"
#include "base/fd.hpp"
#include "base/status.hpp"
#include "control/frame_codec.hpp"
#include "net/loop.hpp"
#include "net/poller.hpp"
#include "wampgate/internal/control.pb.h"

namespace wampgate::control {

/// What a Channel tells its owner, on the loop's thread, never from inside a call of the owner into the
/// channel.
class ChannelHandler {
 public:
  /// A whole frame with the descriptors passed beside it, in their order. Both may be moved from; descriptors
  /// left in `descriptors` are closed after the call.
  virtual void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors) = 0;
  /// The channel is dead: the peer closed it (UNAVAILABLE), broke the framing, or a call failed. The last
  /// call.
  virtual void OnChannelClosed(const Status& reason) = 0;

 protected:
  ~ChannelHandler() = default;
};

/// One end of the control channel between the supervisor and a worker process. Frames arrive whole and in
/// order, each with its descriptors. Output is written at the end of the loop's turn and as the peer takes
/// it. Loop's thread only; an owner that wants to drop the channel from inside a call of it uses
/// Loop::DeleteLater.
class Channel final : public net::Mortal, private net::PollHandler, private net::Flushable {
 public:
  /// Unsent octets at which Send fails: the peer has stopped reading.
  static constexpr std::size_t kMaxPending = 128 * 1024 * 1024;

  /// Takes a connected, non-blocking Unix stream socket. `handler` must outlive the channel or its Close.
  Channel(net::Loop& loop, UniqueFd socket, ChannelHandler& handler);
  ~Channel() override;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Who gets what comes from now on; also from inside OnFrame of the present handler.
  void SetHandler(ChannelHandler& handler) { handler_ = &handler; }

  /// Begins to read. Not OK if the kernel refuses another watch; then the channel is closed.
  Status Start();

  /// Queues `frame`; the descriptors are closed once they are with the kernel. Not OK, with nothing queued,
  /// if the frame or its descriptors pass a bound, the peer has stopped reading, or the channel is closed.
  Status Send(const internal::Frame& frame, std::vector<UniqueFd> descriptors = {});

  /// Writes what the kernel takes at once, then closes. No callback follows.
  void Close();

  bool is_open() const { return static_cast<bool>(socket_); }
  std::size_t pending() const { return output_.size(); }
  /// -1 once closed.
  int fd() const { return socket_.get(); }

 private:
  // Descriptors that travel with the octet at `position`, counted from the channel's first octet.
  struct Attachment {
    std::uint64_t position = 0;
    std::vector<UniqueFd> descriptors;
  };

  void OnReady(std::uint32_t events) override;
  void Flush() override;
  void Read();
  bool Decode();
  Status Write();
  void UpdateInterest();
  void Fail(const Status& reason);
  void CloseSocket();

  net::Loop& loop_;
  UniqueFd socket_;
  ChannelHandler* handler_;
  FrameReader reader_;
  ByteBuffer input_;
  std::vector<UniqueFd> received_;  // descriptors of frames that are not complete yet
  ByteBuffer output_;
  std::uint64_t written_ = 0;  // octets the kernel has taken
  std::deque<Attachment> attachments_;
  std::uint32_t interest_ = 0;
};

}  // namespace wampgate::control
