#include "worker/transport_unit.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

#include "base/log.hpp"
#include "rawsocket/handshake.hpp"
#include "wamp/link.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kModule = "worker";

int Backlog(const net::ListenEndpoint& endpoint) {
  return std::visit([](const auto& listen) { return listen.backlog; }, endpoint);
}

/// The supervisor binds at prepare; whoever comes first at commit makes the socket listen.
void EnsureListening(const ListenSocket& socket, const config::Transport& transport) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  if (getsockopt(socket.descriptor.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
      listening != 0)
    return;
  if (listen(socket.descriptor.get(), Backlog(transport.endpoint)) == 0) return;
  log::Error(kModule, "cannot listen on a socket of the transport; its clients will be refused",
             {{"transport", transport.name}, {"address", socket.address}, {"error", std::strerror(errno)}});
}

wamp::TransportDetails RawSocketDetails(const config::Transport& transport, const net::Stream& stream) {
  wamp::TransportDetails details;
  details.transport = transport.name;
  details.channel_framing = "rawsocket";
  details.peer = net::PeerName(stream.fd());
  details.is_unix = details.peer.starts_with("unix");
  details.is_secure = stream.tls() != nullptr;
  return details;
}

/// A closed stream, until the end of the turn.
struct Remains final : net::Mortal {
  explicit Remains(std::unique_ptr<net::Stream> closed) : stream(std::move(closed)) {}
  std::unique_ptr<net::Stream> stream;
};

}  // namespace

TransportUnit::TransportUnit(net::Loop& loop, http::Offload& offload,
                             std::shared_ptr<const TransportPart> part)
    : loop_(loop),
      part_(std::move(part)),
      offload_(offload),
      tls_handshakes_(
          loop, [this](std::unique_ptr<net::Stream> stream) { Serve(std::move(stream)); },
          [this](const std::string& peer, const Status& why) { OnTlsFailed(peer, why); }) {
  if (part_->site) http_ = std::make_unique<http::Server>(loop_, part_->site, offload_);
}

TransportUnit::~TransportUnit() = default;

void TransportUnit::SetPart(std::shared_ptr<const TransportPart> part) {
  part_ = std::move(part);
  if (!part_->site) return;  // HTTP connections that a universal transport still has keep what they have
  if (http_) return http_->SetSite(part_->site);
  http_ = std::make_unique<http::Server>(loop_, part_->site, offload_);
  if (!accepting_) http_->Drain();
}

void TransportUnit::Listen(ListenSocket socket, Ownership ownership) {
  if (listeners_.contains(socket.index)) return;
  if (ownership == Ownership::kOwn) EnsureListening(socket, *part_->settings);
  const std::uint32_t index = socket.index;
  Listener& listener = listeners_[index];
  listener.address = std::move(socket.address);
  listener.ownership = ownership;
  listener.acceptor = std::make_unique<net::Acceptor>(
      loop_, std::move(socket.descriptor),
      [this](std::unique_ptr<net::Stream> stream) { Accept(std::move(stream)); });
  if (accepting_) listener.acceptor->Start();
  log::Info(kModule, ownership == Ownership::kOwn ? "listening" : "accepting for a sibling",
            {{"transport", part_->settings->name}, {"address", listener.address}, {"socket", index}});
}

void TransportUnit::Release(std::uint32_t index) {
  const auto found = listeners_.find(index);
  if (found == listeners_.end()) return;
  const bool own = found->second.ownership == Ownership::kOwn;
  log::Info(kModule, own ? "leaving: no longer accepting" : "no longer accepting for a sibling",
            {{"transport", part_->settings->name}, {"address", found->second.address}, {"socket", index}});
  CloseListener(found->second);
  listeners_.erase(found);
}

void TransportUnit::SetAccepting(bool accepting) {
  if (accepting == accepting_) return;
  accepting_ = accepting;
  for (auto& [index, listener] : listeners_) {
    accepting ? listener.acceptor->Start() : listener.acceptor->Stop();
  }
  if (http_) accepting ? http_->EndDrain() : http_->Drain();
  log::Info(kModule, accepting ? "accepting again" : "accepting nothing for now",
            {{"transport", part_->settings->name}});
}

std::vector<ListenSocket> TransportUnit::Sockets() const {
  std::vector<ListenSocket> sockets;
  for (const auto& [index, listener] : listeners_) {
    UniqueFd copy(fcntl(listener.acceptor->fd(), F_DUPFD_CLOEXEC, 0));
    if (copy) sockets.push_back({index, listener.address, std::move(copy)});
  }
  return sockets;
}

void TransportUnit::MoveListeners(TransportUnit& successor) {
  for (auto& [index, listener] : listeners_) {
    UniqueFd descriptor(fcntl(listener.acceptor->fd(), F_DUPFD_CLOEXEC, 0));
    CloseListener(listener);
    successor.Listen({index, listener.address, std::move(descriptor)}, listener.ownership);
  }
  listeners_.clear();
}

void TransportUnit::Drain() {
  for (auto& [index, listener] : listeners_) CloseListener(listener);
  listeners_.clear();
  for (auto& [number, handshake] : handshakes_) loop_.DeleteLater(std::move(handshake));
  handshakes_.clear();
  tls_handshakes_.Clear();
  if (http_) http_->Drain();
}

std::size_t TransportUnit::connections() const {
  return (http_ ? http_->size() : 0) + handshakes_.size() + tls_handshakes_.size();
}

std::uint64_t TransportUnit::turned_away() const {
  std::uint64_t total = turned_away_;
  for (const auto& [index, listener] : listeners_) total += listener.acceptor->turned_away();
  return total;
}

void TransportUnit::Accept(std::unique_ptr<net::Stream> stream) {
  ++accepted_;
  const auto& tls = part_->settings->tls;
  if (!tls) {
    Serve(std::move(stream));
  } else if (tls->context) {
    tls_handshakes_.Begin(std::move(stream), tls->context);
  } else {
    TurnAway(tls->error);
  }
}

/// The 1st, 2nd, 4th, 8th … is told in the log.
void TransportUnit::TurnAway(const std::string& why) {
  ++without_tls_;
  if ((without_tls_ & (without_tls_ - 1)) != 0) return;
  log::Error(kModule,
             "a client was turned away: the files of the transport's TLS cannot be used; repair them, then "
             "`wampgatectl reload`, or `wampgatectl worker restart` if that finds no change",
             {{"transport", part_->settings->name}, {"error", why}, {"turned_away", without_tls_}});
}

/// Whoever scans a port on the Internet would fill the log; a device with a wrong certificate is to be found.
void TransportUnit::OnTlsFailed(const std::string& peer, const Status& why) const {
  const auto& tls = part_->settings->tls;  // gone, if it was taken out of the configuration meanwhile
  const bool wants_certificates = tls && !tls->files.authorities.empty();
  const auto level = wants_certificates ? log::Level::kInfo : log::Level::kDebug;
  if (!log::Enabled(level)) return;
  log::Write(level, kModule, "a TLS handshake failed",
             {{"transport", part_->settings->name}, {"peer", peer}, {"error", Message(why)}});
}

void TransportUnit::Serve(std::unique_ptr<net::Stream> stream) {
  if (std::holds_alternative<config::UniversalTransport>(part_->settings->protocol)) {
    ServeUniversal(std::move(stream));
  } else if (part_->site) {
    ServeHttp(std::move(stream));
  } else {
    ServeRawSocket(std::move(stream));
  }
}

void TransportUnit::ServeUniversal(std::unique_ptr<net::Stream> stream) {
  const auto& settings = std::get<config::UniversalTransport>(part_->settings->protocol);
  const std::uint64_t number = ++last_handshake_;
  auto begun = [this, number](StatusOr<Begun> result) {
    EndHandshake(number);
    ServeBegun(std::move(result));
  };
  handshakes_.emplace(number,
                      AwaitFirstOctet(std::move(stream), settings.open_handshake_timeout, std::move(begun)));
}

/// What is not configured is closed, without a word (spec 1.5).
void TransportUnit::ServeBegun(StatusOr<Begun> begun) {
  if (!begun.ok()) {
    log::Debug(kModule, "a connection ended before it said what it speaks",
               {{"transport", part_->settings->name}, {"error", Message(begun.status())}});
    return;
  }
  if (begun->spoken == Spoken::kRawSocket && config::RawSocketOf(*part_->settings) != nullptr)
    return ServeRawSocket(std::move(begun->stream));
  if (begun->spoken == Spoken::kHttp && part_->site) return ServeHttp(std::move(begun->stream));
  log::Debug(kModule, "a connection speaks what is not configured; closing it",
             {{"transport", part_->settings->name}, {"peer", net::PeerName(begun->stream->fd())}});
  begun->stream->Close(net::Stream::CloseHow::kOrderly);
  loop_.DeleteLater(std::make_unique<Remains>(std::move(begun->stream)));  // it is what is calling
}

void TransportUnit::ServeHttp(std::unique_ptr<net::Stream> stream) {
  const auto security = stream->tls() == nullptr ? http::Security::kPlain : http::Security::kTls;
  http_->Accept(std::move(stream), security);
}

void TransportUnit::EndHandshake(std::uint64_t number) {
  const auto found = handshakes_.find(number);
  if (found == handshakes_.end()) return;
  loop_.DeleteLater(std::move(found->second));
  handshakes_.erase(found);
}

void TransportUnit::ServeRawSocket(std::unique_ptr<net::Stream> stream) {
  const config::RawSocketTransport& settings = *config::RawSocketOf(*part_->settings);
  wamp::TransportDetails details = RawSocketDetails(*part_->settings, *stream);
  const std::uint64_t number = ++last_handshake_;
  auto opened = [this, number, details, acceptor = part_->acceptor](StatusOr<rawsocket::Opened> result) {
    EndHandshake(number);
    if (!result.ok()) {
      log::Debug(
          kModule, "a RawSocket handshake failed",
          {{"transport", details.transport}, {"peer", details.peer}, {"error", Message(result.status())}});
      acceptor->NoteRefusal(details, Message(result.status()));
      return;
    }
    const wamp::Serialization serialization{result->serializer, wamp::Batching::kNone};
    acceptor->Accept(std::make_unique<wamp::Link>(std::move(result->channel), serialization), details);
  };
  handshakes_.emplace(number,
                      rawsocket::AcceptRawSocket(std::move(stream), settings.options, std::move(opened)));
}

void TransportUnit::CloseListener(Listener& listener) {
  turned_away_ += listener.acceptor->turned_away();
  listener.acceptor->Stop();
}

}  // namespace wampgate::worker
