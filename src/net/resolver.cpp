#include "net/resolver.hpp"

#include <netdb.h>
#include <pthread.h>

#include <csignal>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "net/connector.hpp"

namespace wampgate::net {
namespace {

using Clock = std::chrono::steady_clock;
using Key = std::tuple<std::string, std::uint16_t, IpVersion>;
constexpr int kMaxThreads = 4;

/// Outlives the loop where a lookup does: getaddrinfo cannot be cancelled.
struct Mailbox {
  std::mutex mutex;
  Loop* loop;  // null once the resolver is gone
};

void BlockSignals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

StatusOr<std::vector<SocketAddress>> LookUp(const std::string& host, std::uint16_t port, IpVersion version) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = version == IpVersion::k4 ? AF_INET : version == IpVersion::k6 ? AF_INET6 : AF_UNSPEC;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    const std::string why = error == EAI_SYSTEM ? ErrnoText(errno) : ::gai_strerror(error);
    return Unavailable("cannot resolve " + host + ": " + why);
  }
  std::vector<SocketAddress> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
  }
  ::freeaddrinfo(found);
  return addresses;
}

struct Resolver::State : std::enable_shared_from_this<State> {
  struct Entry {
    StatusOr<Addresses> result = Unavailable("not looked up yet");
    Clock::time_point fresh_until{};
    std::vector<Done> waiting;
  };

  void Begin(const Key& key);
  void StartThread(const Key& key);
  void Finish(const Key& key, StatusOr<Addresses> result);

  LookUpFunction look_up;
  std::shared_ptr<Mailbox> mailbox;
  std::map<Key, Entry> entries;
  std::deque<Key> queue;
  int threads = 0;
};

void Resolver::State::Begin(const Key& key) {
  if (threads >= kMaxThreads) {
    queue.push_back(key);
  } else {
    StartThread(key);
  }
}

void Resolver::State::StartThread(const Key& key) {
  auto work = [key, look = look_up, box = mailbox, weak = weak_from_this()] {
    BlockSignals();
    auto result = look(std::get<0>(key), std::get<1>(key), std::get<2>(key));
    const std::lock_guard lock(box->mutex);
    if (box->loop == nullptr) return;
    box->loop->Post([key, weak, result = std::move(result)] {
      if (const auto self = weak.lock()) self->Finish(key, result);
    });
  };
  ++threads;
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error& error) {
    mailbox->loop->Post([key, weak = weak_from_this(), why = std::string(error.what())] {
      if (const auto self = weak.lock())
        self->Finish(key, ResourceExhausted("no thread to resolve names: " + why));
    });
  }
}

void Resolver::State::Finish(const Key& key, StatusOr<Addresses> result) {
  --threads;
  Entry& entry = entries[key];
  const bool failed = !result.ok();
  if (failed && entry.result.ok()) {
    log::Warning("net", "a name cannot be resolved any more, its last addresses stay in use",
                 {{"host", std::get<0>(key)}, {"error", Message(result.status())}});
  } else {
    entry.result = std::move(result);
  }
  entry.fresh_until = Clock::now() + (failed ? kKeepFailure : kKeep);
  const auto waiting = std::exchange(entry.waiting, {});
  const auto answer = entry.result;
  if (!queue.empty()) {
    const Key next = std::move(queue.front());
    queue.pop_front();
    StartThread(next);
  }
  for (const Done& done : waiting) done(answer);
}

Resolver::Resolver(Loop& loop, LookUpFunction look_up) : state_(std::make_shared<State>()) {
  state_->look_up = std::move(look_up);
  state_->mailbox = std::make_shared<Mailbox>();
  state_->mailbox->loop = &loop;
}

Resolver::~Resolver() {
  const std::lock_guard lock(state_->mailbox->mutex);
  state_->mailbox->loop = nullptr;
}

void Resolver::Resolve(const TcpConnect& endpoint, Done done) {
  if (const auto literal = IpAddress(endpoint.version, endpoint.host, endpoint.port);
      literal && !endpoint.host.empty()) {
    return done(Addresses{*literal});
  }
  const Key key{endpoint.host, endpoint.port, endpoint.version};
  State::Entry& entry = state_->entries[key];
  if (entry.waiting.empty() && Clock::now() < entry.fresh_until)
    return done(StatusOr<Addresses>(entry.result));
  entry.waiting.push_back(std::move(done));
  if (entry.waiting.size() == 1) state_->Begin(key);
}

std::shared_ptr<Resolver> MakeResolver(Loop& loop) {
  return std::make_shared<Resolver>(loop);
}

}  // namespace wampgate::net
