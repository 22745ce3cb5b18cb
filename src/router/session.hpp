#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "auth/authenticator.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "router/member.hpp"
#include "router/realm.hpp"
#include "router/router.hpp"
#include "wamp/session_registry.hpp"
#include "wamp/session_state.hpp"

namespace wampgate::router {

/// One client of the embedded router: HELLO, authentication, then its requests to broker and dealer, until
/// GOODBYE or loss. A member that has more than kOutputBudget octets waiting, or takes next to nothing for
/// `slow_consumer_timeout`, is dropped: one slow reader never holds up others.
class Session final : public wamp::Session, private wamp::LinkReceiver, private Member {
 public:
  static constexpr std::size_t kOutputBudget = 64 * 1024 * 1024;

  Session(Router& router, const Acceptor::Settings& settings, std::unique_ptr<wamp::Link> link,
          wamp::TransportDetails details);
  ~Session() override;

  /// ABORT and close: there are too many sessions.
  void Refuse();

  using wamp::Session::End;
  void End(EndReason reason, const wamp::Farewell& farewell) override;
  void Kill() override;
  const wamp::TransportDetails& details() const override { return details_; }
  std::uint64_t id() const override { return id_; }
  const std::string& realm() const override;
  wamp::SessionFacts facts() const override;
  void SetTraced(bool on) override { is_traced_ = on; }

 private:
  void OnMessage(std::string_view message) override;
  void OnDrained() override;
  void OnViolation(std::string_view detail) override;
  void OnLinkEnd(const ChannelEnd& end) override;

  const std::string& authid() const override { return principal_.authid; }
  const std::string& authrole() const override { return principal_.role; }
  wamp::Serializer serializer() const override { return link_->serializer(); }
  std::size_t max_message_size() const override { return link_->channel().max_send_size(); }
  bool takes_interrupt() const override { return takes_interrupt_; }
  const Permissions& permissions() const override { return realm_->PermissionsOf(principal_.role); }
  void Deliver(std::string_view message) override;

  void OnSessionMessage(wamp::MessageType type, std::string_view message);
  void OnHello(const nlohmann::json& hello);
  void OnAuthenticate(const nlohmann::json& authenticate);
  void OnOutcome(auth::Outcome outcome);
  void OnChallenge(const auth::Challenge& challenge);
  std::shared_ptr<Realm> RealmOf(const auth::Principal& principal);
  void SetDeadline(std::chrono::milliseconds delay, std::string_view awaited);
  void Join();
  void Welcome();
  void OnGoodbye(const nlohmann::json& goodbye);
  void OnRequest(std::string_view message);
  Status Dispatch(const wamp::Envelope& envelope);
  Status DispatchUriRequest(const wamp::Envelope& envelope);
  Status DispatchAnswer(const wamp::Envelope& envelope);
  StatusOr<nlohmann::json> Dictionary(const wamp::Envelope& envelope, std::size_t index) const;

  void Abort(EndReason reason, std::string_view uri, std::string_view message, std::uint16_t close_code);
  void Violate(std::string_view what);
  void Leave();
  void WatchSlow();
  void OnSlowTimer();
  void NoteHello(const std::string& realm, const nlohmann::json& details);
  void Trace(wamp::TracedMessage::Direction direction, std::string_view message);
  void DropMember(EndReason reason, std::string detail);
  void Enter(wamp::SessionState state) { state_ = state; }

  Router& router_;
  Acceptor::Settings settings_;
  std::unique_ptr<wamp::Link> link_;
  wamp::TransportDetails details_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  auth::Principal principal_;
  std::shared_ptr<Realm> realm_;
  Timer deadline_;
  Timer slow_timer_;                  // while the output is above the high watermark
  std::uint64_t taken_by_timer_ = 0;  // octets the client had taken when it was started
  wamp::SessionState state_ = wamp::SessionState::kWaitHello;
  EndReason reason_ = EndReason::kClientLost;
  std::string detail_;
  std::uint64_t id_ = 0;
  std::uint64_t last_tick_;   // of the timer wheel, at the last message
  std::string wanted_realm_;  // HELLO's, until it is joined
  std::string wanted_authid_;
  std::string authmethods_;  // as offered, until it is joined
  wamp::SessionStage stage_ = wamp::SessionStage::kHello;
  bool is_traced_ = false;
  bool takes_interrupt_ = false;
  bool joined_ = false;
  bool paused_ = false;
  TimerWheel::Clock::time_point began_ = TimerWheel::Clock::now();
};

}  // namespace wampgate::router
