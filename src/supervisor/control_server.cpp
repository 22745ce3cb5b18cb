#include "supervisor/control_server.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/timer_wheel.hpp"
#include "control/protocol.hpp"
#include "control/socket.hpp"
#include "net/listen_socket.hpp"
#include "net/reuseport_group.hpp"
#include "supervisor/process.hpp"

namespace wampgate::supervisor {

/// A channel on which nobody has said Hello yet.
class ControlServer::Caller final : public net::Mortal, private control::ChannelHandler {
 public:
  Caller(ControlServer& server, UniqueFd socket, control::Credentials peer) : server_(server) {
    arrival_.peer = peer;
    arrival_.channel = std::make_unique<control::Channel>(server.loop_, std::move(socket),
                                                          static_cast<control::ChannelHandler&>(*this));
  }

  Status Start() {
    deadline_.Start(server_.loop_.timers(), kHelloDeadline, [this] { server_.Drop(*this); });
    return arrival_.channel->Start();
  }
  Arrival& arrival() { return arrival_; }

 private:
  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors) override {
    bool more = false;
    if (frame.has_hello() && !said_hello_) {
      said_hello_ = true;
      arrival_.hello.Swap(frame.mutable_hello());
      more = arrival_.hello.more_sockets();
      Take(arrival_.hello.sockets(), descriptors);
    } else if (frame.has_hello_sockets() && said_hello_) {
      more = frame.hello_sockets().more_sockets();
      Take(frame.hello_sockets().sockets(), descriptors);
    }
    if (!more) server_.Identify(*this);
  }
  void OnChannelClosed(const Status& /*reason*/) override { server_.Drop(*this); }

  void Take(const google::protobuf::RepeatedPtrField<internal::ListenSocket>& sockets,
            std::vector<UniqueFd>& descriptors) {
    const auto count = std::min<std::size_t>(static_cast<std::size_t>(sockets.size()), descriptors.size());
    for (std::size_t i = 0; i < count; ++i) {
      const internal::ListenSocket& socket = sockets[static_cast<int>(i)];
      arrival_.held.push_back({socket.transport(), socket.index(), net::SocketCookie(descriptors[i].get())});
      arrival_.sockets.push_back(std::move(descriptors[i]));
    }
  }

  ControlServer& server_;
  Arrival arrival_;
  bool said_hello_ = false;
  Timer deadline_;
};

ControlServer::ControlServer(net::Loop& loop, ProcessTable& table) : loop_(loop), table_(table) {}

ControlServer::~ControlServer() = default;

Status ControlServer::Start(const std::string& path, UniqueFd listening) {
  UniqueFd socket = std::move(listening);
  if (!socket || net::BoundAddress(socket.get()) != "unix:" + path) {
    WAMPGATE_ASSIGN_OR_RETURN(socket, control::Listen(path));
  }
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

void ControlServer::Identify(Caller& caller) {
  Arrival& arrival = caller.arrival();
  const internal::Hello& hello = arrival.hello;
  Process* process = table_.Find(hello.generation());
  const bool known = process != nullptr && process->worker() == hello.worker() &&
                     process->index() == hello.process() && process->pid() == arrival.peer.pid;
  if (!known) {
    if (strangers_ && strangers_(arrival)) return Drop(caller);
    log::Warning("supervisor",
                 "a process that this supervisor did not start called on the control socket; turned away",
                 {{"pid", arrival.peer.pid}, {"worker", hello.worker()}, {"generation", hello.generation()}});
    return Drop(caller);
  }
  if (control::CommonVersion(hello) == 0) {
    process->Kill("speaks another version of the control protocol");
    return Drop(caller);
  }
  process->Attach(std::move(arrival));
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
