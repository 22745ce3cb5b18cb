// The half of Process that speaks with the process.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "control/protocol.hpp"
#include "supervisor/process.hpp"

namespace wampgate::supervisor {
namespace {

/// Of backends, in both of which they come in the same order.
bool SameHealth(const internal::Counters& before, const internal::Counters& now) {
  return std::equal(
      before.routers().begin(), before.routers().end(), now.routers().begin(), now.routers().end(),
      [](const auto& a, const auto& b) { return a.health() == b.health() && a.backend() == b.backend(); });
}

}  // namespace

void Process::Attach(Arrival arrival) {
  DropChannel();
  channel_ = std::move(arrival.channel);
  channel_->SetHandler(*this);
  connect_.Stop();
  held_ = std::move(arrival.held);
  revision_ = applied_revision_ = arrival.hello.applied_revision();
  build_id_ = arrival.hello.build_id();
  protocol_version_ = control::CommonVersion(arrival.hello);
  log::Debug("supervisor", "worker process connected",
             {{"worker", worker()}, {"process", index()}, {"pid", pid()}, {"revision", revision_}});
  if (taken_over_) {  // what it has counted is awaited, see Metrics
    internal::Frame frame;
    frame.mutable_status_request();
    Send(frame);
  }
  context_.answers.OnChannelOpened(*this);
  if (context_.on_connected) context_.on_connected(*this);
  observer_->OnConnected(*this);
}

bool Process::Holds(const HeldSocket& socket) const {
  return std::any_of(held_.begin(), held_.end(), [&](const HeldSocket& held) {
    return held.transport == socket.transport && held.index == socket.index && held.cookie == socket.cookie;
  });
}

void Process::OnFrame(internal::Frame& frame, std::vector<UniqueFd>& /*descriptors*/) {
  switch (frame.kind_case()) {
    case internal::Frame::kPrepared:
      return OnPrepared(frame.prepared());
    case internal::Frame::kCommitted:
      return OnCommitted(frame.committed());
    case internal::Frame::kStatus:
      return OnStatus(*frame.mutable_status());
    case internal::Frame::kNodeInfoRequest: {
      internal::Frame reply;
      *reply.mutable_node_info() = context_.node_info();
      reply.mutable_node_info()->set_id(frame.node_info_request().id());
      return Send(reply);
    }
    case internal::Frame::kNodeStateRequest: {
      internal::Frame reply;
      if (context_.node_state)
        *reply.mutable_node_state() = context_.node_state(frame.node_state_request().metrics());
      reply.mutable_node_state()->set_id(frame.node_state_request().id());
      return Send(reply);
    }
    case internal::Frame::kQueryAnswer:
      return context_.answers.OnQueryAnswer(*this, *frame.mutable_query_answer());
    case internal::Frame::kStreamItem:
      return context_.answers.OnStreamItem(*this, *frame.mutable_stream_item());
    default:
      log::Warning(
          "supervisor", "a worker process sent a frame that it may not send; ignored",
          {{"worker", worker()}, {"process", index()}, {"kind", static_cast<int>(frame.kind_case())}});
  }
}

void Process::OnStatus(internal::Status& status) {
  const bool same_health = SameHealth(last_status_.counters(), status.counters());
  last_status_.Swap(&status);
  ++statuses_;
  if (!same_health && context_.on_state) context_.on_state();
}

void Process::OnChannelClosed(const Status& reason) {
  DropChannel();
  if (child_ != nullptr && state_ != ProcessState::kStopping) {
    log::Debug("supervisor", "the control channel of a worker process closed",
               {{"worker", worker()}, {"process", index()}, {"reason", Message(reason)}});
    WaitForHello();  // a process that lives redials
  }
  Finish({Unavailable(fmt::format("the control channel closed: {}", Message(reason))), ""});
}

void Process::DropChannel() {
  if (channel_ == nullptr) return;
  channel_->Close();
  context_.loop.DeleteLater(std::move(channel_));
  context_.answers.OnChannelLost(*this);
}

Status Process::Prepare(internal::Prepare prepare, std::vector<UniqueFd> sockets, Done done) {
  internal::Frame frame;
  const std::uint64_t transaction = prepare.transaction();
  *frame.mutable_prepare() = std::move(prepare);
  WAMPGATE_RETURN_IF_ERROR(Ask(frame, std::move(sockets), transaction));
  awaits_ = Awaits::kPrepared;
  done_ = std::move(done);
  return OkStatus();
}

Status Process::Commit(const internal::Commit& commit, Done done) {
  internal::Frame frame;
  *frame.mutable_commit() = commit;
  WAMPGATE_RETURN_IF_ERROR(Ask(frame, {}, commit.transaction()));
  awaits_ = Awaits::kCommitted;
  done_ = std::move(done);
  return OkStatus();
}

Status Process::Ask(const internal::Frame& frame, std::vector<UniqueFd> descriptors,
                    std::uint64_t transaction) {
  Finish({Aborted("another transaction took its place"), ""});
  if (channel_ == nullptr) return Unavailable("the process is not connected");
  WAMPGATE_RETURN_IF_ERROR(channel_->Send(frame, std::move(descriptors)));
  awaited_transaction_ = transaction;
  answer_.Start(context_.loop.timers(), kAnswerDeadline, [this] {
    Finish({DeadlineExceeded(fmt::format("no answer within {} s", kAnswerDeadline.count())), ""});
  });
  return OkStatus();
}

void Process::OnPrepared(const internal::Prepared& prepared) {
  if (awaits_ != Awaits::kPrepared || prepared.transaction() != awaited_transaction_) return;
  if (prepared.error().empty()) return Finish({OkStatus(), ""});
  Finish({FailedPrecondition(prepared.error()), prepared.error_path(),
          prepared.wants_whole() ? Answer::Wants::kWholeNode : Answer::Wants::kNothing});
}

void Process::OnCommitted(const internal::Committed& committed) {
  if (awaits_ != Awaits::kCommitted || committed.transaction() != awaited_transaction_) return;
  revision_ = applied_revision_ = committed.revision();
  Finish({OkStatus(), ""});
}

void Process::Finish(Answer answer) {
  if (awaits_ == Awaits::kNothing) return;
  const Done done = std::exchange(done_, nullptr);
  ForgetExchange();
  if (done) done(answer);
}

void Process::ForgetExchange() {
  awaits_ = Awaits::kNothing;
  done_ = nullptr;
  answer_.Stop();
}

void Process::Discard(std::uint64_t transaction) {
  ForgetExchange();
  internal::Frame frame;
  frame.mutable_discard()->set_transaction(transaction);
  Send(frame);
}

void Process::Adopt(const internal::AdoptSockets& adopt, std::vector<UniqueFd> sockets) {
  internal::Frame frame;
  *frame.mutable_adopt() = adopt;
  Send(frame, std::move(sockets));
}

void Process::Release(const internal::ReleaseSockets& release) {
  internal::Frame frame;
  *frame.mutable_release() = release;
  Send(frame);
}

void Process::ReleaseHeld() {
  internal::ReleaseSockets release;
  for (const HeldSocket& held : held_) {
    internal::ListenSocket& socket = *release.add_sockets();
    socket.set_transport(held.transport);
    socket.set_index(held.index);
  }
  if (!held_.empty()) Release(release);
}

void Process::AskForStatus() {
  internal::Frame frame;
  frame.mutable_status_request();
  Send(frame);
}

void Process::SetLogLevel(const std::string& level) {
  internal::Frame frame;
  frame.mutable_set_log_level()->set_level(level);
  Send(frame);
}

Status Process::SendQuery(const internal::Frame& frame) {
  if (channel_ == nullptr) return Unavailable("the process is not connected");
  return channel_->Send(frame);
}

// A process that is not connected is told everything when it is; one that cannot be told is replaced.
void Process::Send(const internal::Frame& frame, std::vector<UniqueFd> descriptors) {
  if (channel_ == nullptr) return;
  if (const Status status = channel_->Send(frame, std::move(descriptors)); !status.ok()) {
    Kill(std::string(Message(status)));
  }
}

}  // namespace wampgate::supervisor
