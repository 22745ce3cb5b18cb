#include "worker/process.hpp"

#include <unistd.h>

#include <utility>

#include "base/log.hpp"
#include "config/resource_name.hpp"
#include "control/frame_codec.hpp"
#include "control/protocol.hpp"
#include "worker/drain_orders.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kModule = "worker";
constexpr std::chrono::milliseconds kDefaultGrace{10000};

void Describe(const PassedSocket& passed, internal::ListenSocket& entry) {
  entry.set_transport(passed.transport);
  entry.set_index(passed.socket.index);
  entry.set_address(passed.socket.address);
}

/// Into Hello, and into frames after it where one cannot carry all of them.
void AddSockets(std::vector<PassedSocket> sockets, std::vector<OutgoingFrame>& frames) {
  for (PassedSocket& passed : sockets) {
    if (frames.back().descriptors.size() == control::kMaxDescriptors) {
      internal::Frame& full = frames.back().frame;
      full.has_hello() ? full.mutable_hello()->set_more_sockets(true)
                       : full.mutable_hello_sockets()->set_more_sockets(true);
      frames.emplace_back().frame.mutable_hello_sockets();
    }
    internal::Frame& frame = frames.back().frame;
    Describe(passed, frame.has_hello() ? *frame.mutable_hello()->add_sockets()
                                       : *frame.mutable_hello_sockets()->add_sockets());
    frames.back().descriptors.push_back(std::move(passed.socket.descriptor));
  }
}

/// A session on its way out, until the end of the turn.
struct Remains final : net::Mortal {
  explicit Remains(std::unique_ptr<wamp::Session> ended) : session(std::move(ended)) {}
  std::unique_ptr<wamp::Session> session;
};

ProcessNames NamesOf(const ProcessOptions& options) {
  const std::string worker = config::ResourceName("", "workers", options.worker);
  return {worker, config::ResourceName(worker, "processes", std::to_string(options.index))};
}

}  // namespace

Process::Process(net::Loop& loop, ProcessOptions options, ResolveNode resolve)
    : loop_(loop),
      options_(std::move(options)),
      helper_(loop),
      sessions_([&loop](std::unique_ptr<wamp::Session> session) {
        loop.DeleteLater(std::make_unique<Remains>(std::move(session)));
      }),
      echoes_(loop),
      transports_(loop, helper_),
      proxy_(loop, sessions_),
      router_(loop, sessions_),
      tunnels_(loop, sessions_,
               [this] {
                 const std::shared_ptr<const ProxyPart> part = proxy_.part();
                 return part ? part->limits : proxy::SessionLimits();
               }),
      lag_(loop),
      node_info_(std::make_shared<SupervisorNodeInfo>(
          [this](const internal::Frame& frame) { return SendIfConnected(frame); },
          [this] { return control_.supervisor_pid(); })),
      node_state_(std::make_shared<SupervisorNodeState>(
          loop, [this](const internal::Frame& frame) { return SendIfConnected(frame); })),
      control_(loop, options_.control,
               {.hello = [this] { return Hello(); },
                .on_frame = [this](auto& frame, auto& descriptors) { OnFrame(frame, descriptors); },
                .on_lost =
                    [this] {
                      revisions_->DiscardAll();
                      node_info_->OnLost();
                      node_state_->OnLost();
                      queries_.OnLost();
                    },
                .on_orphaned = [this] { Stop(); }}),
      work_(loop),
      streams_({sessions_, ended_, work_, NamesOf(options_)}),
      session_queries_({loop, sessions_, ended_, work_, NamesOf(options_)}),
      backend_queries_(proxy_, NamesOf(options_)),
      log_streams_(loop),
      queries_([this](const internal::Frame& frame) { control_.Send(frame); },
               [this] { return control_.pending(); }),
      stopping_(loop, transports_, sessions_, echoes_, [this] { loop_.Stop(); }) {
  sessions_.SetObserver(&streams_);
  session_queries_.Serve(queries_);
  backend_queries_.Serve(queries_);
  streams_.Serve(queries_);
  log_streams_.Serve(queries_);
  ServeSetAccepting(queries_, transports_);
  parts_ = std::make_unique<WorkerParts>(WorkerParts::Surroundings{
      proxy_, router_, helper_, echoes_, node_info_, node_state_, tunnels_, archives_});
  const auto send = [this](const internal::Frame& frame) { control_.Send(frame); };
  const auto on_applied = [this](const config::Node& node) {
    control_.SetOrphanTimeout(node.orphan_timeout);
  };
  revisions_ = std::make_unique<Revisions>(Revisions::Surroundings{loop, helper_, *parts_, transports_,
                                                                   sessions_, echoes_, tunnels_,
                                                                   std::move(resolve), send, on_applied});
  status_ = std::make_unique<StatusReport>(
      StatusReport::Surroundings{loop,
                                 sessions_,
                                 transports_,
                                 *revisions_,
                                 {loop, sessions_, proxy_.relay_counters(), proxy_.backend_records(), lag_},
                                 send});
}

Process::~Process() {
  helper_.Stop();
  // Sessions refer to what dies below.
  sessions_.ForEach([](wamp::Session& session) { session.Kill(); });
  loop_.EndTurn();
}

void Process::Start() {
  control_.Start();
  status_->Start();
}

void Process::Stop() {
  const auto& current = revisions_->current();
  stopping_.Begin(current ? current->node()->shutdown_grace : kDefaultGrace);
}

std::vector<OutgoingFrame> Process::Hello() const {
  std::vector<OutgoingFrame> frames(1);
  internal::Hello& hello = *frames.front().frame.mutable_hello();
  hello.set_protocol_version(control::kProtocolVersion);
  hello.set_oldest_protocol_version(control::kOldestProtocolVersion);
  hello.set_build_id(options_.build_id);
  hello.set_worker(options_.worker);
  hello.set_process(options_.index);
  hello.set_generation(options_.generation);
  hello.set_pid(getpid());
  hello.set_applied_revision(revisions_->applied());
  hello.set_prepared_revision(revisions_->forgotten());
  hello.set_stopping(stopping_.begun());
  hello.set_made_for(revisions_->made_for());
  AddSockets(transports_.Sockets(), frames);
  return frames;
}

void Process::OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors) {
  switch (frame.kind_case()) {
    case internal::Frame::kPrepare:
      return revisions_->Prepare(std::move(*frame.mutable_prepare()), std::move(descriptors));
    case internal::Frame::kCommit:
      return revisions_->Commit(frame.commit());
    case internal::Frame::kDiscard:
      return revisions_->Discard(frame.discard().transaction());
    case internal::Frame::kAdopt:
      return Adopt(frame.adopt(), descriptors);
    case internal::Frame::kRelease:
      for (const internal::ListenSocket& socket : frame.release().sockets()) {
        transports_.Release(socket.transport(), socket.index());
      }
      return;
    case internal::Frame::kStop:
      return stopping_.Begin(std::chrono::milliseconds(frame.stop().grace_milliseconds()));
    case internal::Frame::kStatusRequest:
      return status_->SendNow();
    case internal::Frame::kNodeInfo:
      return node_info_->OnAnswer(frame.node_info());
    case internal::Frame::kNodeState:
      return node_state_->OnAnswer(*frame.mutable_node_state());
    case internal::Frame::kSetLogLevel: {
      log::Level level{};
      if (log::ParseLevel(frame.set_log_level().level(), level)) log::SetLevel(level);
      return;
    }
    case internal::Frame::kQuery:
      return queries_.OnQuery(frame.query());
    case internal::Frame::kSubscribe:
      return queries_.OnSubscribe(frame.subscribe());
    case internal::Frame::kUnsubscribe:
      return queries_.OnUnsubscribe(frame.unsubscribe().id());
    default:
      log::Warning(kModule, "the supervisor sent a frame that this version does not know; ignoring it",
                   {{"kind", static_cast<int>(frame.kind_case())}});
  }
}

void Process::Adopt(const internal::AdoptSockets& adopt, std::vector<UniqueFd>& descriptors) {
  if (stopping_.begun()) return;
  for (PassedSocket& socket : PairSockets(adopt.sockets(), std::move(descriptors))) {
    const std::string transport = socket.transport;
    if (!transports_.Adopt(std::move(socket))) {
      log::Warning(kModule, "asked to accept for a transport that does not run here",
                   {{"transport", transport}});
    }
  }
}

bool Process::SendIfConnected(const internal::Frame& frame) {
  if (!control_.connected()) return false;
  control_.Send(frame);
  return true;
}

}  // namespace wampgate::worker
