#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "proxy/settings.hpp"
#include "proxy/side.hpp"
#include "wamp/message.hpp"
#include "wamp/transcoder.hpp"
#include "wamp/unexpressible.hpp"

namespace wampgate::proxy {

enum class Toward : std::uint8_t { kBackend, kClient };

/// The two sides of an open session and the messages between them (design 4 and 5). Looks at framing, type
/// code and direction only; octets pass as they are between equal serializers and are transcoded otherwise.
/// Nothing is allocated per message. Memory is bounded: a side whose peer does not take its output stops the
/// other one.
class Relay {
 public:
  class Owner {
   public:
    /// `side` has not taken its messages within the budget.
    virtual void OnSlow(Toward side) = 0;

   protected:
    ~Owner() = default;
  };

  /// What became of a message.
  enum class Passed : std::uint8_t {
    kYes,             ///< sent, or answered in the receiver's place
    kSessionMessage,  ///< HELLO … GOODBYE: `type()` says which; the session decides
    kViolation,       ///< the sender broke the protocol; Runtime::detail says how
  };

  Relay(Runtime& runtime, Owner& owner);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  Side& client() { return client_; }
  Side& backend() { return backend_; }
  const Side& client() const { return client_; }
  const Side& backend() const { return backend_; }
  void SetSlowTimeout(std::chrono::milliseconds timeout) { slow_timeout_ = timeout; }

  Passed Pass(Toward toward, std::string_view message);
  /// The type of the last message that Pass returned as kSessionMessage.
  wamp::MessageType type() const { return type_; }

  /// Passes a session message on, transcoded if need be. False: it cannot be expressed, is too long, or the
  /// receiver is closing; Runtime::detail says what.
  bool PassSessionMessage(Toward toward, std::string_view message);

  /// A large message: true if it will be passed part by part.
  bool BeginLarge(Toward toward, std::size_t total, std::string_view head);
  void PassPart(Toward toward, std::string_view octets, bool last);

  /// The side's output has fallen below the low watermark.
  void Drained(Toward side);

  /// Unacknowledged messages that could not be expressed and were dropped.
  std::uint32_t dropped() const { return dropped_; }
  /// Messages that did not reach the other side: answered or dropped; then Runtime::detail says why.
  std::uint32_t refused() const { return refused_; }

 private:
  Side& side(Toward toward) { return toward == Toward::kBackend ? backend_ : client_; }
  Side& other(Toward toward) { return toward == Toward::kBackend ? client_ : backend_; }

  /// Runtime::scratch is empty again afterwards.
  wamp::TranscodeResult Translate(Side& from, Side& to, std::string_view message);
  Passed PassTranslated(Toward toward, std::string_view message);
  /// relay_refusal.cpp: what is done with a message that cannot reach the other side (design 5).
  Passed Refuse(Toward toward, std::string_view message, wamp::TranscodeResult failure);
  Passed RefuseTooLong(Toward toward, std::string_view message);
  void Drop(std::string_view text);
  void Answer(Toward sender, std::string_view message);
  bool IsSwallowed(Toward toward, std::string_view message);

  /// Stops whoever fills a side's output: the other side, or the side itself whose messages we answer.
  enum class Source : std::uint8_t { kOtherSide, kItself };
  void Hold(Toward full, Source source);
  void WatchSlow(Toward side);
  void OnSlowTimer(Toward side);

  Runtime& runtime_;
  Owner& owner_;
  Side client_{PeerKind::kClient};
  Side backend_{PeerKind::kBackend};
  std::chrono::milliseconds slow_timeout_{0};
  std::unique_ptr<wamp::EndedRequests> ended_[2];  ///< of the senders towards backend and client; rare
  std::uint32_t dropped_ = 0;
  std::uint32_t refused_ = 0;
  wamp::MessageType type_ = wamp::MessageType::kHello;
};

}  // namespace wampgate::proxy
