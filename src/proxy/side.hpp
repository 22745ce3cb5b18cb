#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timer_wheel.hpp"
#include "wamp/link.hpp"

namespace wampgate::proxy {

/// Why a side is not being read at present; each cause pauses and resumes on its own.
enum class PauseCause : std::uint8_t {
  kOtherSideFull = 1,  ///< the other side does not take what this one sends
  kOwnOutputFull = 2,  ///< it does not take our answers to its own messages
  kAnswerWaits = 4,    ///< an answer to it waits for the end of a large message
};

/// One side of a proxied session: the link to the client or to the router, with what keeps its output in
/// order. While a large message is passing towards it nothing else is written: messages of ours wait, an end
/// drops the connection.
class Side {
 public:
  /// `kind`: who is at the other end of its links.
  explicit Side(PeerKind kind) : kind_(kind) {}

  /// Takes the link and lets it deliver to `receiver`.
  void Attach(std::unique_ptr<wamp::Link> link, wamp::LinkReceiver& receiver);
  /// Gives the link up, as when another backend is tried; its receiver gets nothing more.
  std::unique_ptr<wamp::Link> Detach();
  /// The link has reported its end.
  void MarkEnded() { ended_ = true; }

  /// Has a link that has not ended.
  bool is_present() const { return link_ != nullptr && !ended_; }
  /// Present, and not told to close: messages can be sent.
  bool is_open() const { return is_present() && !closing_; }
  /// A large message towards this side is under way.
  bool is_streaming() const { return streaming_; }
  bool is_closing() const { return closing_; }

  wamp::Link& link() { return *link_; }
  MessageChannel& channel() { return link_->channel(); }
  wamp::Serializer serializer() const { return link_->serializer(); }
  MessageChannel::Traffic traffic() const;
  /// Absent while there is no link.
  std::optional<wamp::Serialization> serialization() const;
  /// Unsent octets.
  std::size_t pending() const { return is_present() ? link_->channel().pending() : 0; }

  /// False: longer than the peer takes, or closing. While a large message passes, the message waits for its
  /// end.
  bool Send(std::string_view message) {
    if (streaming_) [[unlikely]]
      return SendLater(message);
    return !closing_ && link_->Send(message);
  }
  bool SendDocument(const nlohmann::json& message);

  /// A message of `total` octets follows in parts. False if it cannot be passed that way.
  bool BeginLarge(std::size_t total);
  /// After the last part, what waited goes out.
  void SendPart(std::string_view octets, bool last);

  void Pause(PauseCause cause);
  void Resume(PauseCause cause);
  /// Of all causes: from now on what comes is dropped.
  void ResumeAll();
  bool is_paused() const { return paused_ != 0; }

  /// Orderly end after what was sent; in the middle of a large message the connection is dropped. Idempotent.
  void Close(std::uint16_t code, std::string_view text);
  void Abort();

  /// Runs while the unsent output is above the high watermark.
  Timer& slow_timer() { return slow_timer_; }
  std::size_t pending_mark = 0;  ///< unsent octets when the timer was started

 private:
  bool SendLater(std::string_view message);

  std::unique_ptr<wamp::Link> link_;
  std::unique_ptr<std::vector<std::string>> waiting_;
  Timer slow_timer_;
  PeerKind kind_;
  std::uint8_t paused_ = 0;
  bool closing_ = false;
  bool ended_ = false;
  bool streaming_ = false;
};

}  // namespace wampgate::proxy
