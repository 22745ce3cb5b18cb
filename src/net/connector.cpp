#include "net/connector.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <optional>
#include <random>
#include <utility>

#include "net/poller.hpp"
#include "net/resolver.hpp"
#include "net/socket_address.hpp"

namespace wampgate::net {
namespace {

using Clock = std::chrono::steady_clock;
/// An address that does not answer leaves the next ones at least this long.
constexpr std::chrono::milliseconds kShortestAttempt{250};

std::chrono::milliseconds TimeoutOf(const ConnectEndpoint& endpoint) {
  return std::visit([](const auto& kind) { return kind.timeout; }, endpoint);
}

std::chrono::milliseconds Jitter() {
  static thread_local std::minstd_rand engine{std::random_device{}()};
  return std::chrono::milliseconds(std::uniform_int_distribution(1, 50)(engine));
}

std::string_view Hint(int error, bool is_unix) {
  switch (error) {
    case ECONNREFUSED:
    case ENOENT:
      return " (is the router running?)";
    case EACCES:
    case EPERM:
      return is_unix ? " (may this user write to the socket file?)" : " (a firewall rule?)";
    default:
      return "";
  }
}

}  // namespace

struct Connector::State final : PollHandler, std::enable_shared_from_this<State> {
  State(Loop& the_loop, ConnectEndpoint where, Done callback)
      : loop(the_loop), endpoint(std::move(where)), done(std::move(callback)) {}
  ~State() { DropSocket(); }

  void Begin(Resolver& resolver);
  void OnResolved(const StatusOr<Resolver::Addresses>& result);
  void TryNext();
  void Attempt();
  void OnReady(std::uint32_t events) override;
  void AttemptFailed(int error);
  void RetryUnix();
  void OnAttemptTimeout();
  void DropSocket();
  void Succeed();
  void Finish(StatusOr<std::unique_ptr<Stream>> result);
  bool is_unix() const { return std::holds_alternative<UnixConnect>(endpoint); }

  Loop& loop;
  const ConnectEndpoint endpoint;
  Done done;  // empty once called or cancelled
  Resolver::Addresses addresses;
  std::size_t next = 0;  // of `addresses`
  UniqueFd socket;
  bool watched = false;
  Timer deadline;
  Timer attempt;
  std::optional<boost::asio::steady_timer> retry;
  Clock::time_point ends_at = Clock::time_point::max();
  Status last_error = Unavailable("no address");
};

void Connector::State::Begin(Resolver& resolver) {
  if (const auto timeout = TimeoutOf(endpoint); timeout.count() > 0) {
    ends_at = Clock::now() + timeout;
    deadline.Start(loop.timers(), timeout, [this, timeout] {
      const bool queue_full = is_unix();
      Finish(
          DeadlineExceeded(fmt::format("{}: no connection within {} ms{}", ToString(endpoint),
                                       timeout.count(), queue_full ? " (its accept queue stays full)" : "")));
    });
  }
  if (const auto* tcp = std::get_if<TcpConnect>(&endpoint)) {
    return resolver.Resolve(*tcp, [weak = weak_from_this()](const StatusOr<Resolver::Addresses>& result) {
      if (const auto self = weak.lock()) self->OnResolved(result);
    });
  }
  const std::string& path = std::get<UnixConnect>(endpoint).path;
  const auto address = UnixAddress(path);
  if (!address) {
    return Finish(InvalidArgument(fmt::format("{}: a socket path has 1 to {} octets, not {}",
                                              ToString(endpoint), kMaxUnixPath, path.size())));
  }
  addresses = {*address};
  TryNext();
}

void Connector::State::OnResolved(const StatusOr<Resolver::Addresses>& result) {
  if (!done) return;
  if (!result.ok()) return Finish(Annotate(result.status(), ToString(endpoint)));
  addresses = *result;
  TryNext();
}

void Connector::State::TryNext() {
  if (next == addresses.size()) return Finish(last_error);
  ++next;
  if (const std::size_t left = addresses.size() - next; left > 0 && ends_at != Clock::time_point::max()) {
    const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(ends_at - Clock::now());
    attempt.Start(loop.timers(), std::max(remaining / static_cast<int>(left + 1), kShortestAttempt),
                  [this] { OnAttemptTimeout(); });
  } else {
    attempt.Stop();
  }
  Attempt();
}

void Connector::State::Attempt() {
  const SocketAddress& address = addresses[next - 1];
  socket.Reset(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return AttemptFailed(errno);
  if (!is_unix()) {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (::connect(socket.get(), address.get(), address.size) == 0) return Succeed();
  const int error = errno;
  if (error == EAGAIN && is_unix()) return RetryUnix();
  if (error != EINPROGRESS && error != EINTR) return AttemptFailed(error);
  watched = loop.poller().Add(socket.get(), EPOLLOUT, *this);
  if (!watched) AttemptFailed(errno);
}

void Connector::State::OnReady(std::uint32_t /*events*/) {
  const auto self = shared_from_this();
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return Succeed();
  AttemptFailed(error);
}

void Connector::State::AttemptFailed(int error) {
  DropSocket();
  last_error = MakeStatus(StatusCode::kUnavailable, fmt::format("{}: {}{}", ToString(endpoint),
                                                                ErrnoText(error), Hint(error, is_unix())));
  TryNext();
}

/// The listener's queue is full: it lives, and is asked again until the deadline.
void Connector::State::RetryUnix() {
  DropSocket();
  if (!retry) retry.emplace(loop.context());
  retry->expires_after(Jitter());
  retry->async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || !self->done) return;
    self->loop.Turn([&] { self->Attempt(); });
  });
}

void Connector::State::OnAttemptTimeout() {
  const auto self = shared_from_this();
  AttemptFailed(ETIMEDOUT);
}

void Connector::State::DropSocket() {
  if (std::exchange(watched, false)) loop.poller().Remove(socket.get(), *this);
  socket.Reset();
}

void Connector::State::Succeed() {
  if (std::exchange(watched, false)) loop.poller().Remove(socket.get(), *this);
  Finish(std::make_unique<Stream>(loop, std::move(socket)));
}

void Connector::State::Finish(StatusOr<std::unique_ptr<Stream>> result) {
  const auto self = shared_from_this();  // the owner may destroy the connector inside `done`
  deadline.Stop();
  attempt.Stop();
  if (retry) retry->cancel();
  DropSocket();
  if (auto callback = std::exchange(done, nullptr)) callback(std::move(result));
}

Connector::Connector(Loop& loop, Resolver& resolver, const ConnectEndpoint& endpoint, Done done)
    : state_(std::make_shared<State>(loop, endpoint, std::move(done))) {
  loop.Post([weak = std::weak_ptr(state_), &resolver] {
    if (const auto state = weak.lock()) state->Begin(resolver);
  });
}

Connector::~Connector() {
  state_->done = nullptr;
  state_->deadline.Stop();
  state_->attempt.Stop();
  if (state_->retry) state_->retry->cancel();
  state_->DropSocket();
}

}  // namespace wampgate::net
