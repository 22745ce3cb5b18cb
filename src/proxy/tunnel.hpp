#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/message_channel.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "wamp/session_registry.hpp"

namespace wampgate::proxy {

/// Two WebSocket connections, a client's and a backend's, that carry each other's messages (spec 4.10). It
/// knows nothing of what they say. A session among the others of its process, so that it is counted, listed,
/// drained and closed as they are; it has an id of its own and no realm.
///
/// Messages keep their kind and order; large ones pass part by part where neither side compresses or has
/// fragmented them. A side that does not take its output stops the other one, and is closed (1008) if it
/// takes none for `slow_timeout` (0: never). A Close frame goes on with its code and reason; a side that is
/// lost without one is 1001 for the other. After an end each side may take what was sent to it before, as
/// long as it goes on taking it (30 lingers at most). Loop's thread only.
class Tunnel final : public wamp::Session {
 public:
  struct Settings {
    wamp::TransportDetails details;
    std::string backend;  ///< resource name
    std::chrono::milliseconds slow_timeout{0};
    /// For both connections to end after one has, and for each look at whether a side still takes what was
    /// sent before; their own deadlines are shorter, or off.
    std::chrono::milliseconds linger{15000};
  };

  /// The channels come straight from their handshakes: nothing has been received from them.
  Tunnel(net::Loop& loop, wamp::SessionRegistry& registry, Settings settings,
         std::unique_ptr<MessageChannel> client, std::unique_ptr<MessageChannel> backend);
  ~Tunnel() override;

  /// When it is in its registry.
  void Start();

  void End(EndReason reason, const wamp::Farewell& farewell) override;
  void Kill() override;
  const wamp::TransportDetails& details() const override { return settings_.details; }
  std::uint64_t id() const override { return id_; }
  const std::string& realm() const override { return realm_; }
  std::string_view backend() const override { return settings_.backend; }
  wamp::SessionFacts facts() const override;
  /// There are no WAMP messages to trace.
  void SetTraced(bool /*on*/) override {}

 private:
  struct Side;
  struct Parting {
    std::uint16_t code = 0;  ///< 0: a Close frame without one
    std::string_view text;
  };
  Parting PassedOn(const Side& ended, const ChannelEnd& end) const;
  EndReason ReasonOf(const Side& ended, ChannelEnd::Cause cause) const;

  void Pass(Side& from, MessageKind kind, std::string_view payload);
  bool BeginLarge(Side& from, MessageKind kind, std::size_t total);
  void PassPart(Side& from, std::string_view octets, bool last);
  void Hold(Side& full);
  void WatchSlow(Side& slow);
  void OnSlowTimer(Side& slow);
  void OnDrained(Side& side);
  void OnEnd(Side& side, const ChannelEnd& end);
  void Note(EndReason reason, std::string detail);
  void AddDetail(std::string_view more);
  void StartLinger();
  void MarkUnsent();
  void OnLinger();
  std::size_t Unsent() const;
  void FinishIfDone();

  net::Loop& loop_;
  wamp::SessionRegistry& registry_;
  Settings settings_;
  std::unique_ptr<Side> client_;
  std::unique_ptr<Side> backend_;
  Timer linger_;
  std::string realm_;  // none
  std::string end_detail_;
  std::chrono::steady_clock::time_point started_;
  std::uint64_t last_tick_;
  std::uint64_t id_;
  int lingers_ = 0;
  EndReason end_reason_ = EndReason::kInternal;
  bool is_ending_ = false;
  bool is_finished_ = false;
};

}  // namespace wampgate::proxy
