#include "proxy/backend.hpp"

#include "base/log.hpp"

namespace wampgate::proxy {

namespace {

std::shared_ptr<const websocket::ClientOptions> Offering(const BackendOptions::WebSocket& transport,
                                                         wamp::Serializer first) {
  auto options = std::make_shared<websocket::ClientOptions>(transport.options);
  options->subprotocols = {std::string(wamp::Subprotocol({first, wamp::Batching::kNone}))};
  for (const auto serializer : transport.serializers) {
    if (serializer == first) continue;
    options->subprotocols.emplace_back(wamp::Subprotocol({serializer, wamp::Batching::kNone}));
  }
  return options;
}

}  // namespace

Backend::Backend(BackendOptions options, std::shared_ptr<BackendRecord> record)
    : options_(std::move(options)), address_(net::ToString(options_.endpoint)), record_(std::move(record)) {
  if (const auto* transport = std::get_if<BackendOptions::WebSocket>(&options_.transport)) {
    for (const auto serializer : transport->serializers)
      websocket_.push_back(Offering(*transport, serializer));
  }
}

std::shared_ptr<const websocket::ClientOptions> Backend::WebSocketOptions(wamp::Serializer preferred) const {
  const auto* transport = std::get_if<BackendOptions::WebSocket>(&options_.transport);
  if (transport == nullptr || websocket_.empty()) return nullptr;
  for (std::size_t i = 0; i < transport->serializers.size(); ++i) {
    if (transport->serializers[i] == preferred) return websocket_[i];
  }
  return websocket_.front();
}

void Backend::Answered() {
  if (health_.is_down())
    log::Info("proxy", "backend is up again", {{"backend", options_.id}, {"address", address_}});
  health_.Succeeded();
  SetCondition(Condition::kUp);
}

void Backend::Joined(std::chrono::microseconds took) {
  record_->join_latency.Add(took);
  ++record_->joins;
  ++record_->open;
}

void Backend::Refused() {
  ++record_->refusals;
}

void Backend::Failed(std::string_view why, BackendHealth::Clock::time_point now) {
  ++record_->failures;
  last_error_ = why;
  last_error_time_ = std::chrono::system_clock::now();
  if (!health_.is_down()) {
    log::Warning("proxy", "backend is down",
                 {{"backend", options_.id}, {"address", address_}, {"error", why}});
  }
  health_.Failed(now);
  SetCondition(Condition::kDown);
}

void Backend::SessionEnded() {
  --record_->open;
}

void Backend::SpeakForItsName() {
  record_->spokesman = this;
  Record();
}

void Backend::SetCondition(Condition condition) {
  if (condition_ != condition) condition_since_ = std::chrono::system_clock::now();
  condition_ = condition;
  if (record_->spokesman == nullptr || record_->spokesman == this) Record();
}

void Backend::Record() {
  record_->condition = condition_;
  record_->down_because = condition_ == Condition::kDown ? last_error_ : "";
}

}  // namespace wampgate::proxy
