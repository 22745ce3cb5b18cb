#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/end_reason.hpp"
#include "base/timer_wheel.hpp"
#include "proxy/close_codes.hpp"
#include "proxy/control_message.hpp"
#include "proxy/joining.hpp"
#include "proxy/relay.hpp"
#include "proxy/settings.hpp"
#include "wamp/session_registry.hpp"
#include "wamp/session_state.hpp"

namespace wampgate::proxy {

/// One proxied WAMP session: the client's link, the router's link, and the state table of
/// wamp/session_state.hpp between them. Owned by the runtime's registry; removes itself when both links have
/// ended. Every state but Open has a deadline.
class FrontendSession final : public wamp::Session, private Relay::Owner, private BackendSearch::Owner {
 public:
  FrontendSession(Runtime& runtime, std::shared_ptr<const FrontendSettings> settings,
                  std::unique_ptr<wamp::Link> link, wamp::TransportDetails details);
  ~FrontendSession() override;

  /// Begins to wait for HELLO.
  void Start();
  /// Instead of Start: ABORT and close, for `reason`.
  void Refuse(EndReason reason);

  using wamp::Session::End;
  void End(EndReason reason, const wamp::Farewell& farewell) override;
  void Kill() override;
  const wamp::TransportDetails& details() const override { return details_; }
  std::uint64_t id() const override { return id_; }
  const std::string& realm() const override { return realm_; }
  std::string_view backend() const override;
  wamp::SessionFacts facts() const override;
  void SetTraced(bool on) override { is_traced_ = on; }

 private:
  /// Why a session ends: the reason of the log, and what the peers are told.
  struct Ending {
    EndReason reason;
    std::string uri;   ///< empty: the one of the reason
    std::string text;  ///< empty: the one of the reason
  };
  struct FromClient final : wamp::LinkReceiver {
    explicit FromClient(FrontendSession& owner) : session(owner) {}
    void OnMessage(std::string_view message) override { session.OnClientMessage(message); }
    bool OnLargeMessage(std::size_t total, std::string_view head) override;
    void OnPart(std::string_view octets, bool last) override;
    void OnDrained() override { session.relay_.Drained(Toward::kClient); }
    void OnViolation(std::string_view detail) override;
    void OnLinkEnd(const ChannelEnd& end) override { session.OnClientEnd(end); }
    FrontendSession& session;
  };
  struct FromBackend final : wamp::LinkReceiver {
    explicit FromBackend(FrontendSession& owner) : session(owner) {}
    void OnMessage(std::string_view message) override { session.OnBackendMessage(message); }
    bool OnLargeMessage(std::size_t total, std::string_view head) override;
    void OnPart(std::string_view octets, bool last) override;
    void OnDrained() override { session.relay_.Drained(Toward::kBackend); }
    void OnViolation(std::string_view detail) override;
    void OnLinkEnd(const ChannelEnd& end) override { session.OnBackendEnd(end); }
    FrontendSession& session;
  };

  /// What is kept of an end for those who ask later; rare, so that sessions are small.
  struct LastWords {
    wamp::Farewell farewell;
    std::string backend_reason;  ///< what the backend said itself
    std::string backend_message;
  };

  // frontend_facts.cpp: what operators see of it
  Relay::Passed Pass(Toward toward, std::string_view message);
  Relay::Passed PassTraced(Toward toward, std::string_view message);
  void TraceLarge(Toward toward, std::size_t total, std::string_view head);
  void NoteHello(const nlohmann::json& details);
  void NoteBackendWords(const std::string& uri, const std::string& text);
  LastWords& last_words();
  wamp::SessionOutcome EndOfSession() const;

  // frontend_session.cpp: messages and the table
  wamp::SessionAction Step(wamp::SessionEvent event);
  void OnClientMessage(std::string_view message);
  void OnClientSessionMessage(wamp::MessageType type, std::string_view message);
  void OnBackendMessage(std::string_view message);
  void OnOpenBackendMessage(wamp::MessageType type, std::string_view message);
  void AfterPart();
  void OnDeadline();
  void SetDeadline(std::chrono::milliseconds delay);
  void OnSlow(Toward side) override;

  // frontend_joining.cpp: HELLO … WELCOME
  bool is_transparent() const;
  void OnHello(std::string_view message);
  void OnTransparentHello(std::string_view message);
  void OnOutcome(auth::Outcome outcome);
  void OnChallenge(const auth::Challenge& challenge);
  void OnPrincipal(auth::Principal principal);
  std::shared_ptr<const BackendGroup> RouteOf(const auth::Principal& principal);
  void OnAuthenticate(std::string_view message);
  void RelayAuthenticate(std::string_view message);
  void Join(const std::shared_ptr<const BackendGroup>& group);
  void OnBackendConnected(std::shared_ptr<Backend> backend, std::unique_ptr<wamp::Link> link) override;
  void OnBackendsExhausted(const std::string& failures) override;
  void SendHello();
  void OnJoiningMessage(std::string_view message);
  void OnWelcome(std::string_view message);
  void OnBackendChallenge(std::string_view message);
  void OnBackendRefusal(wamp::MessageType type, std::string_view message);
  void Opened();
  /// To the channels, once they carry messages (PrefetchList).
  void TellWhatMessagesTouch();

  // frontend_closing.cpp: how a session ends
  void Violate(std::string_view detail);
  void BackendViolated(std::string_view detail);
  void OnClientGoodbye(std::string_view message);
  void OnBackendGoodbye(wamp::MessageType type, std::string_view message);
  void AnswerOwedGoodbye();
  void OnClientEnd(const ChannelEnd& end);
  void OnBackendEnd(const ChannelEnd& end);
  void LoseBackend(const ChannelEnd& end);
  void LoseWhileJoining(const std::string& why);
  void Note(EndReason reason, std::string_view detail);
  /// ABORT to the client and the end of both connections.
  void AbortClient(const Ending& ending);
  /// GOODBYE to both; the client may answer before its connection is closed.
  void SayGoodbye(const Ending& ending);
  void LeaveBackend(std::string_view uri);
  void CloseBoth(std::string_view text);
  void DropSearch();
  void FinishIfDone();
  void Finish();
  void LogEnd() const;

  Runtime& runtime_;
  PrefetchList touched_;  ///< outlives the channels
  Relay relay_;
  FromClient from_client_{*this};
  FromBackend from_backend_{*this};
  std::unique_ptr<Joining> joining_;
  std::shared_ptr<Backend> backend_;  ///< from WELCOME on
  wamp::TransportDetails details_;    ///< without HTTP headers once open
  std::string realm_;
  std::string authid_;
  std::string role_;
  std::string authmethod_;
  std::string end_detail_;
  std::unique_ptr<LastWords> last_words_;
  std::uint64_t id_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::uint64_t last_tick_;  ///< of the timer wheel, at the last message
  Timer deadline_;
  wamp::SessionState state_ = wamp::SessionState::kWaitHello;
  EndReason end_reason_ = EndReason::kInternal;
  wamp::SessionStage stage_ = wamp::SessionStage::kHello;
  bool is_traced_ = false;
  bool is_ending_ = false;    ///< end_reason_ is set
  bool is_finished_ = false;  ///< removed from the registry
  bool client_is_owed_goodbye_ = false;
  bool backend_is_told_ = false;  ///< GOODBYE or ABORT has gone to or come from the backend
  bool end_after_part_ = false;   ///< End() waits for the end of a large message
};

}  // namespace wampgate::proxy
