#include "worker/stopping.hpp"

#include <utility>

#include "base/log.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kModule = "worker";

}  // namespace

Stopping::Stopping(net::Loop& loop, TransportSet& transports, wamp::SessionRegistry& sessions,
                   web::EchoConnections& echoes, std::function<void()> on_done)
    : loop_(loop),
      transports_(transports),
      sessions_(sessions),
      echoes_(echoes),
      on_done_(std::move(on_done)) {}

void Stopping::Begin(std::chrono::milliseconds grace) {
  if (begun_) {
    log::Warning(kModule, "told to stop again; exiting at once", {{"sessions", sessions_.size()}});
    return Finish();
  }
  begun_ = true;
  log::Info(kModule, "stopping", {{"sessions", sessions_.size()}, {"grace_ms", grace.count()}});
  deadline_ = std::chrono::steady_clock::now() + grace;
  transports_.Drain();
  EndSessions();
  timer_.Start(loop_.timers(), kInterval, [this] { Look(); });
}

void Stopping::Look() {
  if (sessions_.size() + connections() == 0) return Finish();
  if (std::chrono::steady_clock::now() >= deadline_) {
    log::Warning(kModule, "the grace period is over; dropping what is left",
                 {{"sessions", sessions_.size()}, {"connections", connections()}});
    return Finish();
  }
  EndSessions();  // a request that was under way may have become a session
  timer_.Restart(kInterval);
}

void Stopping::EndSessions() {
  sessions_.ForEach([](wamp::Session& session) { session.End(EndReason::kShutdown); });
  echoes_.Close();
}

/// Those that are no sessions.
std::size_t Stopping::connections() const {
  return transports_.counters().connections + echoes_.size();
}

void Stopping::Finish() {
  timer_.Stop();
  sessions_.ForEach([](wamp::Session& session) { session.Kill(); });
  echoes_.Kill();
  if (on_done_) std::exchange(on_done_, nullptr)();
}

}  // namespace wampgate::worker
