#include "web/echo_service.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "websocket/connection.hpp"
#include "websocket/handshake.hpp"

namespace wampgate::web {
namespace {

constexpr std::uint16_t kGoingAway = 1001;  // RFC 6455 7.4.1

}  // namespace

struct EchoConnections::State {
  explicit State(net::Loop& its_loop) : loop(its_loop) {}
  net::Loop& loop;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> all;
};

class EchoConnections::Connection final : public net::Mortal, private MessageReceiver {
 public:
  Connection(State& state, std::unique_ptr<MessageChannel> channel, std::string transport)
      : state_(state), channel_(std::move(channel)), transport_(std::move(transport)) {
    channel_->SetPeerKind(PeerKind::kClient);
    channel_->SetReceiver(this);
  }
  const std::string& transport() const { return transport_; }
  void Abort() { channel_->Abort(); }
  void Close() { channel_->Close(kGoingAway, "the server is going away"); }

 private:
  void OnMessage(MessageKind kind, std::string_view payload) override {
    channel_->Send(kind, payload);
    if (channel_->pending() > MessageChannel::kHighWatermark) channel_->PauseReading();
  }
  void OnDrained() override { channel_->ResumeReading(); }
  void OnChannelEnd(const ChannelEnd&) override {
    const auto found = state_.all.find(this);
    std::unique_ptr<Connection> self = std::move(found->second);
    state_.all.erase(found);
    state_.loop.DeleteLater(std::move(self));
  }

  State& state_;
  std::unique_ptr<MessageChannel> channel_;
  std::string transport_;
};

EchoConnections::EchoConnections(net::Loop& loop) : state_(std::make_unique<State>(loop)) {}

EchoConnections::~EchoConnections() = default;

void EchoConnections::Add(std::unique_ptr<MessageChannel> channel, const std::string& transport) {
  auto connection = std::make_unique<Connection>(*state_, std::move(channel), transport);
  Connection* const key = connection.get();
  state_->all.emplace(key, std::move(connection));
}

void EchoConnections::Close() {
  for (auto& [key, connection] : state_->all) connection->Close();
}

void EchoConnections::Close(const std::string& transport) {
  for (auto& [key, connection] : state_->all) {
    if (connection->transport() == transport) connection->Close();
  }
}

void EchoConnections::Kill() {
  std::vector<Connection*> all;
  for (const auto& [key, connection] : state_->all) all.push_back(key);
  for (Connection* connection : all) connection->Abort();
}

std::size_t EchoConnections::size() const {
  return state_->all.size();
}

EchoService::EchoService(std::shared_ptr<const websocket::ServerOptions> options, std::string transport,
                         EchoConnections& connections)
    : options_(std::move(options)), transport_(std::move(transport)), connections_(connections) {}

void EchoService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (!request.wants_upgrade)
    return responder->SendVerbatim(websocket::AnswerPlainRequest(request, *options_, {}));
  const websocket::HandshakeOutcome outcome = websocket::AnswerHandshake(request, *options_, {});
  if (!outcome.accepted) return responder->SendVerbatim(outcome.response);
  std::unique_ptr<net::Stream> stream = responder->TakeStream();
  if (stream == nullptr) return;
  stream->Output().Append(outcome.response);
  std::shared_ptr<const websocket::ConnectionOptions> options(options_, &options_->connection);
  connections_.Add(websocket::MakeConnection(std::move(stream), std::move(options), outcome.deflate),
                   transport_);
}

}  // namespace wampgate::web
