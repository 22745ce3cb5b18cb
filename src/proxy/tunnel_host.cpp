#include "proxy/tunnel_host.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "http/pages.hpp"
#include "net/secure_connector.hpp"
#include "proxy/settings.hpp"
#include "proxy/tunnel.hpp"
#include "proxy/upstream_request.hpp"
#include "websocket/connection.hpp"
#include "websocket/handshake.hpp"

namespace wampgate::proxy {
namespace {

constexpr std::size_t kMostUserAgent = 128;

wamp::TransportDetails DetailsOf(const TunnelOptions& options, const http::Request& request) {
  wamp::TransportDetails details;
  details.transport = options.name;
  details.channel_framing = "websocket";
  details.peer = request.peer;
  details.is_unix = request.is_unix;
  details.is_secure = request.is_secure;
  details.user_agent = request.Header("user-agent").substr(0, kMostUserAgent);
  return details;
}

/// What a client is told: the reason phrase says it too, as clients of WebSocket show nothing else.
http::Response Refusal(int status, std::string_view phrase, std::string_view text) {
  http::Response response = http::ErrorPage(status, phrase, text);
  response.reason = phrase;
  if (status == 503) response.Set("Retry-After", "1");
  return response;
}

constexpr std::string_view kUnreachable = "WebSocket reverse proxy backend not reachable";  // spec 4.10
constexpr std::string_view kRefused = "WebSocket reverse proxy backend refused the connection";
constexpr std::string_view kSilent = "WebSocket reverse proxy backend did not answer in time";
constexpr std::string_view kTooMany = "too many sessions";
constexpr std::string_view kRemoved = "WebSocket reverse proxy was removed or moved";

/// Drops a connection that may be what is calling.
struct Remains final : net::Mortal {
  explicit Remains(std::unique_ptr<MessageChannel> unwanted) : channel(std::move(unwanted)) {}
  std::unique_ptr<MessageChannel> channel;
};

}  // namespace

/// One client that waits for its backend.
class TunnelHost::Opening final : public net::Mortal {
 public:
  Opening(TunnelHost& host, std::shared_ptr<const TunnelOptions> options, http::Request request,
          std::shared_ptr<http::Responder> responder)
      : host_(host),
        options_(std::move(options)),
        request_(std::move(request)),
        responder_(std::move(responder)) {}

  void Start(websocket::ClientOptions upstream) {
    upstream_ = std::make_shared<const websocket::ClientOptions>(std::move(upstream));
    deadline_.Start(host_.loop_.timers(), options_->connect_timeout, [this] {
      Refuse(
          DeadlineExceeded(fmt::format("it did not answer within {} ms", options_->connect_timeout.count())));
    });
    connector_.emplace(
        host_.loop_, *host_.resolver_, options_->endpoint, options_->tls, "the backend",
        [this](StatusOr<std::unique_ptr<net::Stream>> stream) { OnConnected(std::move(stream)); });
  }
  void Cancel() { responder_->Send(Refusal(503, kUnreachable, "The server ends.")); }
  bool IsOf(const std::string& path) const { return options_->name == path; }
  /// Its path is gone.
  void End() {
    is_over_ = true;
    deadline_.Stop();
    host_.registry_.Refused(DetailsOf(*options_, request_), {.reason = EndReason::kClosedByOperator,
                                                             .stage = wamp::SessionStage::kJoin,
                                                             .backend = options_->name});
    responder_->Send(Refusal(503, kRemoved, "There is no such service here any more."));
    host_.Forget(*this);
  }

 private:
  enum class Stage : unsigned char { kConnect, kHandshake };

  void OnConnected(StatusOr<std::unique_ptr<net::Stream>> stream) {
    if (is_over_) return;
    if (!stream.ok()) return Refuse(stream.status());
    stage_ = Stage::kHandshake;
    handshake_ =
        websocket::OpenWebSocket(*std::move(stream), upstream_,
                                 [this](StatusOr<websocket::Opened> opened) { OnOpened(std::move(opened)); });
  }

  void OnOpened(StatusOr<websocket::Opened> opened) {
    if (is_over_) {
      if (opened.ok()) host_.loop_.DeleteLater(std::make_unique<Remains>(std::move(opened->channel)));
      return;
    }
    if (!opened.ok()) return Refuse(opened.status());
    const std::vector<std::string> chosen(opened->subprotocol.empty() ? 0 : 1, opened->subprotocol);
    websocket::HandshakeOutcome outcome = websocket::AnswerHandshake(request_, options_->server, chosen);
    std::unique_ptr<net::Stream> stream = responder_->TakeStream();
    if (stream == nullptr) {  // the client has not waited
      host_.loop_.DeleteLater(std::make_unique<Remains>(std::move(opened->channel)));
      return host_.Forget(*this);
    }
    constexpr std::size_t kEnd = 2;  // the empty line
    outcome.response.insert(outcome.response.size() - kEnd, ReturnedFields(opened->headers));
    stream->Output().Append(outcome.response);
    std::shared_ptr<const websocket::ConnectionOptions> connection(options_, &options_->server.connection);
    auto client = websocket::MakeConnection(std::move(stream), std::move(connection), outcome.deflate);
    Join(std::move(client), std::move(opened->channel), outcome);
    host_.Forget(*this);
  }

  void Join(std::unique_ptr<MessageChannel> client, std::unique_ptr<MessageChannel> backend,
            const websocket::HandshakeOutcome& outcome) {
    Tunnel::Settings settings{.details = DetailsOf(*options_, request_),
                              .backend = options_->name,
                              .slow_timeout = host_.limits_().slow_consumer_timeout};
    settings.details.websocket_protocol = outcome.subprotocol;
    settings.details.websocket_extensions = outcome.extensions;
    auto owned = std::make_unique<Tunnel>(host_.loop_, host_.registry_, std::move(settings),
                                          std::move(client), std::move(backend));
    Tunnel& tunnel = *owned;
    host_.NoteAlive(*options_);
    host_.registry_.Add(std::move(owned));
    host_.registry_.Opened(tunnel);
    tunnel.Start();
  }

  void Refuse(const Status& why) {
    const bool is_late = why.code() == StatusCode::kDeadlineExceeded;
    const bool is_connecting = stage_ == Stage::kConnect;
    const std::string address = net::ToString(options_->endpoint);
    if (!is_connecting && why.code() == StatusCode::kPermissionDenied) {
      host_.NoteAlive(*options_);
    } else {
      host_.NoteFailure(*options_, Message(why));
    }
    const std::string detail = fmt::format("{}: {}", address, Message(why));
    host_.registry_.Refused(DetailsOf(*options_, request_),
                            {.reason = is_connecting ? EndReason::kBackendUnreachable
                                       : is_late     ? EndReason::kJoinTimeout
                                                     : EndReason::kBackendRefused,
                             .stage = wamp::SessionStage::kJoin,
                             .detail = detail,
                             .backend = options_->name});
    responder_->Send(is_late         ? Refusal(504, kSilent, "The server behind this one does not answer.")
                     : is_connecting ? Refusal(503, kUnreachable, "The server behind this one is not there.")
                                     : Refusal(502, kRefused, "The server behind this one did not take it."));
    host_.Forget(*this);
  }

  TunnelHost& host_;
  std::shared_ptr<const TunnelOptions> options_;
  http::Request request_;
  std::shared_ptr<http::Responder> responder_;
  std::shared_ptr<const websocket::ClientOptions> upstream_;
  std::optional<net::SecureConnector> connector_;
  std::unique_ptr<net::Mortal> handshake_;
  Timer deadline_;
  Stage stage_ = Stage::kConnect;
  bool is_over_ = false;  // waits to be deleted
};

TunnelHost::TunnelHost(net::Loop& loop, wamp::SessionRegistry& registry,
                       std::function<SessionLimits()> limits)
    : loop_(loop), registry_(registry), limits_(std::move(limits)), resolver_(net::MakeResolver(loop)) {}

TunnelHost::~TunnelHost() {
  for (const auto& [key, opening] : openings_) opening->Cancel();
}

void TunnelHost::Open(std::shared_ptr<const TunnelOptions> options, http::Request request,
                      std::shared_ptr<http::Responder> responder) {
  if (registry_.size() + openings_.size() >= EffectiveSessionLimit(limits_())) {
    registry_.Refused(DetailsOf(*options, request),
                      {.reason = EndReason::kOverload, .stage = wamp::SessionStage::kAccept});
    return responder->Send(Refusal(503, kTooMany, "The server is busy. Please try again."));
  }
  std::optional<websocket::ClientOptions> upstream = UpstreamRequest(request, *options);
  if (!upstream) return responder->Send(http::NotFoundPage());
  auto opening =
      std::make_unique<Opening>(*this, std::move(options), std::move(request), std::move(responder));
  Opening& started = *opening;
  openings_.emplace(&started, std::move(opening));
  started.Start(*std::move(upstream));
}

void TunnelHost::Cancel(const std::string& path) {
  failing_.erase(path);  // whoever has the name next is warned of anew
  std::vector<Opening*> ending;
  for (const auto& [key, opening] : openings_) {
    if (opening->IsOf(path)) ending.push_back(key);
  }
  for (Opening* const opening : ending) {
    if (openings_.contains(opening)) opening->End();
  }
}

void TunnelHost::NoteRefusal(const TunnelOptions& options, const http::Request& request,
                             std::string_view why) {
  registry_.Refused(
      DetailsOf(options, request),
      {.reason = EndReason::kClientViolation, .stage = wamp::SessionStage::kUpgrade, .detail = why});
}

void TunnelHost::NoteFailure(const TunnelOptions& options, std::string_view why) {
  if (!failing_.insert(options.name).second) return;
  log::Warning("proxy",
               "the backend of a websocket-reverseproxy does not take clients: see that it runs and that "
               "`backend` leads to it",
               {{"path", options.name}, {"backend", net::ToString(options.endpoint)}, {"error", why}});
}

void TunnelHost::NoteAlive(const TunnelOptions& options) {
  if (failing_.erase(options.name) == 0) return;
  log::Info("proxy", "the backend of a websocket-reverseproxy answers again",
            {{"path", options.name}, {"backend", net::ToString(options.endpoint)}});
}

void TunnelHost::Forget(Opening& opening) {
  const auto found = openings_.find(&opening);
  if (found == openings_.end()) return;
  std::unique_ptr<Opening> done = std::move(found->second);
  openings_.erase(found);
  loop_.DeleteLater(std::move(done));
}

}  // namespace wampgate::proxy
