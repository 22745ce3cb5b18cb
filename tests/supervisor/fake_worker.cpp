// Speaks the control protocol as a worker process does. Each connection gets "<worker>/<process> <pid>
// <hello_timeout>\n" and is closed. The worker's limits.hello_timeout tells it to misbehave: 40001 refuses to
// prepare, 40002 never answers Commit, 40003 dies while preparing, 40004 never ends, 40005 ends at once after
// Commit, 40006 never answers Prepare, 40007 speaks another version when it dials again, 40008 never does,
// 40009 speaks the version before. ListSessions is answered with the pid, or as its filter says ("refuse",
// "ignore", "die"); each subscription gets one item.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "control/channel.hpp"
#include "control/protocol.hpp"
#include "control/socket.hpp"

namespace {

using namespace wampgate;

constexpr int kRefuse = 40001, kHangOnCommit = 40002, kDie = 40003, kStay = 40004, kEndSoon = 40005,
              kHangOnPrepare = 40006, kOtherVersion = 40007, kMute = 40008, kVersionBefore = 40009;
constexpr int kDials = 1000;
constexpr std::chrono::milliseconds kRedial{20};

class FakeWorker;

class Listener final : public net::Mortal, private net::PollHandler {
 public:
  Listener(net::Loop& loop, UniqueFd socket, const FakeWorker& worker)
      : loop_(loop), socket_(std::move(socket)), worker_(worker) {
    static_cast<void>(loop_.poller().Add(socket_.get(), EPOLLIN, *this));
  }
  ~Listener() override { loop_.poller().Remove(socket_.get(), *this); }
  UniqueFd Socket() const { return socket_.Duplicate(); }

 private:
  void OnReady(std::uint32_t events) override;
  net::Loop& loop_;
  UniqueFd socket_;
  const FakeWorker& worker_;
};

class FakeWorker final : public control::ChannelHandler {
 public:
  explicit FakeWorker(std::map<std::string, std::string> arguments) : arguments_(std::move(arguments)) {}
  virtual ~FakeWorker() = default;

  int Run() {
    Dial();
    loop_.Run();
    return 0;
  }

  std::string Greeting() const {
    return arguments_.at("--worker") + "/" + arguments_.at("--process") + " " + std::to_string(::getpid()) +
           " " + std::to_string(behaviour_) + "\n";
  }

 private:
  using Key = std::pair<std::string, std::uint32_t>;

  void Dial() {
    StatusOr<UniqueFd> socket = control::Connect(arguments_["--control"]);
    if (!socket.ok()) return DialLater();
    channel_ = std::make_unique<control::Channel>(loop_, *std::move(socket), *this);
    if (!channel_->Start().ok()) return loop_.Stop();
    SayHello();
  }
  void DialLater() {
    if (++dials_ > kDials) return loop_.Stop();
    redial_.Start(loop_.timers(), kRedial, [this] { Dial(); });
  }

  void SayHello() {
    internal::Frame frame;
    internal::Hello& hello = *frame.mutable_hello();
    hello.set_protocol_version(behaviour_ == kOtherVersion    ? 99
                               : behaviour_ == kVersionBefore ? control::kProtocolVersion - 1
                                                              : control::kProtocolVersion);
    hello.set_worker(arguments_["--worker"]);
    hello.set_process(static_cast<std::uint32_t>(std::stoul(arguments_["--process"])));
    hello.set_generation(std::stoull(arguments_["--generation"]));
    hello.set_pid(::getpid());
    hello.set_applied_revision(revision_);
    hello.set_made_for(made_for_);
    std::vector<UniqueFd> sockets;
    for (const auto& [key, listener] : listeners_) {
      internal::ListenSocket& socket = *hello.add_sockets();
      socket.set_transport(key.first);
      socket.set_index(key.second);
      sockets.push_back(listener->Socket());
    }
    static_cast<void>(channel_->Send(frame, std::move(sockets)));
  }

  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors) override {
    switch (frame.kind_case()) {
      case internal::Frame::kPrepare:
        return Prepare(frame.prepare(), descriptors);
      case internal::Frame::kCommit:
        return Commit(frame.commit());
      case internal::Frame::kDiscard:
        prepared_.clear();
        return;
      case internal::Frame::kAdopt:
        return Adopt(frame.adopt(), descriptors);
      case internal::Frame::kRelease:
        for (const auto& socket : frame.release().sockets()) Drop({socket.transport(), socket.index()});
        return;
      case internal::Frame::kStop:
        if (behaviour_ != kStay) loop_.Stop();
        return;
      case internal::Frame::kQuery:
        return Answer(frame.query());
      case internal::Frame::kSubscribe: {
        internal::Frame item;
        item.mutable_stream_item()->set_id(frame.subscribe().id());
        return Send(item);
      }
      default:
        return;
    }
  }
  void Answer(const internal::Query& query) {
    const std::string& filter = query.list_sessions().filter();
    if (filter == "die") ::_exit(9);
    if (filter == "ignore") return;
    internal::Frame frame;
    internal::QueryAnswer& answer = *frame.mutable_query_answer();
    answer.set_id(query.id());
    if (filter == "refuse") {
      answer.mutable_status()->set_code(static_cast<int>(StatusCode::kInvalidArgument));
      answer.mutable_status()->set_message("refused");
    } else if (query.has_close_sessions()) {
      answer.mutable_closed()->set_left(1);  // it never ends
    } else {
      answer.mutable_sessions()->set_total(static_cast<std::uint64_t>(::getpid()));
    }
    Send(frame);
  }
  void OnChannelClosed(const Status& /*reason*/) override {
    loop_.DeleteLater(std::move(channel_));
    if (revision_ == 0) return loop_.Stop();
    if (behaviour_ != kMute) DialLater();
  }

  void Prepare(const internal::Prepare& prepare, std::vector<UniqueFd>& descriptors) {
    const v1::Worker& worker = (prepare.has_delta() ? prepare.delta().rest() : prepare.node()).workers(0);
    next_ = worker.limits().hello_timeout();
    next_revision_ = prepare.revision();
    made_for_ = prepare.made_for();
    transports_.clear();
    for (const v1::Transport& transport : worker.transports()) {
      transports_.insert("workers/" + worker.id() + "/transports/" + transport.id());
    }
    if (next_ == kDie) ::_exit(9);
    if (next_ == kHangOnPrepare) return;
    prepared_.clear();
    for (int i = 0; i < prepare.sockets_size(); ++i) {
      const auto& socket = prepare.sockets(i);
      prepared_[{socket.transport(), socket.index()}] = std::move(descriptors[static_cast<std::size_t>(i)]);
    }
    internal::Frame frame;
    frame.mutable_prepared()->set_transaction(prepare.transaction());
    if (next_ == kRefuse) {
      frame.mutable_prepared()->set_error("refused");
      frame.mutable_prepared()->set_error_path("workers[0].limits");
    }
    Send(frame);
  }

  void Commit(const internal::Commit& commit) {
    behaviour_ = next_;
    revision_ = next_revision_;
    if (behaviour_ == kHangOnCommit) return;
    for (auto listener = listeners_.begin(); listener != listeners_.end();) {
      const auto listed = [&](const auto& entry) { return entry.first.first == listener->first.first; };
      const bool replaced = std::any_of(prepared_.begin(), prepared_.end(), listed);
      listener =
          replaced || !transports_.contains(listener->first.first) ? listeners_.erase(listener) : ++listener;
    }
    for (auto& [key, socket] : prepared_)
      listeners_[key] = std::make_unique<Listener>(loop_, std::move(socket), *this);
    prepared_.clear();
    internal::Frame frame;
    frame.mutable_committed()->set_transaction(commit.transaction());
    frame.mutable_committed()->set_revision(next_revision_);
    Send(frame);
    if (behaviour_ == kEndSoon) {
      loop_.EndTurn();
      ::_exit(8);
    }
  }

  void Adopt(const internal::AdoptSockets& adopt, std::vector<UniqueFd>& descriptors) {
    for (int i = 0; i < adopt.sockets_size(); ++i) {
      const auto& socket = adopt.sockets(i);
      const Key key{socket.transport(), socket.index()};
      if (listeners_.contains(key)) continue;
      listeners_[key] =
          std::make_unique<Listener>(loop_, std::move(descriptors[static_cast<std::size_t>(i)]), *this);
    }
  }

  void Drop(const Key& key) {
    const auto found = listeners_.find(key);
    if (found == listeners_.end()) return;
    loop_.DeleteLater(std::move(found->second));
    listeners_.erase(found);
  }

  void Send(const internal::Frame& frame) {
    if (channel_ != nullptr) static_cast<void>(channel_->Send(frame));
  }

  std::map<std::string, std::string> arguments_;
  net::Loop loop_;
  std::unique_ptr<control::Channel> channel_;
  std::map<Key, UniqueFd> prepared_;
  std::map<Key, std::unique_ptr<Listener>> listeners_;
  std::set<std::string> transports_;
  std::uint64_t next_revision_ = 0;
  std::uint64_t revision_ = 0;
  std::string made_for_;
  int dials_ = 0;
  Timer redial_;
  int next_ = 0;
  int behaviour_ = 0;
};

void Listener::OnReady(std::uint32_t /*events*/) {
  const UniqueFd accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!accepted) return;
  const std::string greeting = worker_.Greeting();
  static_cast<void>(::send(accepted.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL));
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments;
  for (int i = 2; i + 1 < argc; i += 2) arguments[argv[i]] = argv[i + 1];
  return FakeWorker(std::move(arguments)).Run();
}
