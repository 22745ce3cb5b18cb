#include "supervisor/control_server.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/timer_wheel.hpp"
#include "control/socket.hpp"
#include "supervisor/process.hpp"

namespace wampgate::supervisor {

/// A channel on which nobody has said Hello yet.
class ControlServer::Caller final : public net::Mortal, private control::ChannelHandler {
 public:
  Caller(ControlServer& server, UniqueFd socket, control::Credentials peer)
      : server_(server),
        peer_(peer),
        channel_(std::make_unique<control::Channel>(server.loop_, std::move(socket),
                                                    static_cast<control::ChannelHandler&>(*this))) {}

  Status Start() {
    deadline_.Start(server_.loop_.timers(), kHelloDeadline, [this] { server_.Drop(*this); });
    return channel_->Start();
  }
  const control::Credentials& peer() const { return peer_; }
  std::unique_ptr<control::Channel> TakeChannel() {
    deadline_.Stop();
    return std::move(channel_);
  }

 private:
  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& /*descriptors*/) override {
    server_.Identify(*this, frame);
  }
  void OnChannelClosed(const Status& /*reason*/) override { server_.Drop(*this); }

  ControlServer& server_;
  control::Credentials peer_;
  std::unique_ptr<control::Channel> channel_;
  Timer deadline_;
};

ControlServer::ControlServer(net::Loop& loop, ProcessTable& table) : loop_(loop), table_(table) {}

ControlServer::~ControlServer() = default;

Status ControlServer::Start(const std::string& path) {
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, control::Listen(path));
  listener_ = std::make_unique<control::Listener>(
      loop_, std::move(socket), [this](UniqueFd accepted) { OnAccept(std::move(accepted)); });
  return listener_->Start();
}

void ControlServer::OnAccept(UniqueFd socket) {
  const StatusOr<control::Credentials> peer = control::PeerCredentials(socket.get());
  if (!peer.ok() || peer->uid != ::geteuid()) {
    log::Warning("supervisor", "somebody who is no worker of ours called on the control socket; turned away",
                 {{"pid", peer.ok() ? peer->pid : 0}, {"uid", peer.ok() ? peer->uid : 0}});
    return;
  }
  callers_.push_back(std::make_unique<Caller>(*this, std::move(socket), *peer));
  Caller& caller = *callers_.back();
  if (!caller.Start().ok()) Drop(caller);
}

void ControlServer::Identify(Caller& caller, internal::Frame& frame) {
  const internal::Hello& hello = frame.hello();
  Process* process = table_.Find(hello.generation());
  const bool known = process != nullptr && process->worker() == hello.worker() &&
                     process->index() == hello.process() && process->pid() == caller.peer().pid;
  if (!frame.has_hello() || !known) {
    log::Warning(
        "supervisor",
        "a process that this supervisor did not start called on the control socket; turned away",
        {{"pid", caller.peer().pid}, {"worker", hello.worker()}, {"generation", hello.generation()}});
    return Drop(caller);
  }
  if (hello.protocol_version() != kProtocolVersion) {
    process->Kill("speaks another version of the control protocol");
    return Drop(caller);
  }
  process->Attach(caller.TakeChannel(), hello);
  Drop(caller);
}

void ControlServer::Drop(Caller& caller) {
  const auto found = std::find_if(callers_.begin(), callers_.end(),
                                  [&](const auto& entry) { return entry.get() == &caller; });
  if (found == callers_.end()) return;
  loop_.DeleteLater(std::move(*found));
  callers_.erase(found);
}

}  // namespace wampgate::supervisor
