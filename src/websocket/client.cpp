#include <sys/random.h>

#include <utility>

#include "base/base64.hpp"
#include "base/check.hpp"
#include "net/stream_handshake.hpp"
#include "websocket/connection.hpp"
#include "websocket/server_answer.hpp"

namespace wampgate::websocket {
namespace {

/// 16 random octets (RFC 6455 4.1).
std::string MakeKey() {
  char octets[16];
  WAMPGATE_CHECK(::getrandom(octets, sizeof octets, 0) == sizeof octets);
  return EncodeBase64({octets, sizeof octets});
}

class ClientHandshake final : public net::StreamHandshake<Opened> {
 public:
  ClientHandshake(std::unique_ptr<net::Stream> stream, std::shared_ptr<const ClientOptions> options,
                  Done done)
      : StreamHandshake(std::move(stream), options->open_handshake_timeout, "the backend", "WebSocket",
                        std::move(done)),
        options_(std::move(options)),
        key_(MakeKey()) {
    this->stream().Output().Append(UpgradeRequest(*options_, key_));
  }

 private:
  std::size_t OnData(std::span<char> octets) override {
    std::size_t used = 0;
    while (true) {
      const std::string_view text(octets.data() + used, octets.size() - used);
      const std::size_t end = text.substr(0, kMaxResponseHead).find("\r\n\r\n");
      if (end == std::string_view::npos) {
        if (text.size() < kMaxResponseHead) return used;
        Finish(ResourceExhausted("the backend's WebSocket answer is longer than 16 KiB"));
        return octets.size();
      }
      used += end + 4;
      if (Conclude(text.substr(0, end + 4)) == Verdict::kConcluded) return used;  // `this` may be gone
    }
  }

  enum class Verdict : std::uint8_t { kConcluded, kWaits };

  Verdict Conclude(std::string_view text) {
    auto head = ParseResponseHead(text);
    // Others may come in front of the answer (RFC 9110 15.2).
    if (head.ok() && head->status >= 100 && head->status < 200 && head->status != 101) return Verdict::kWaits;
    if (head.ok()) {
      Conclude(*std::move(head));
    } else {
      Finish(head.status());
    }
    return Verdict::kConcluded;
  }

  void Conclude(ResponseHead head) {
    const auto answer = CheckServerAnswer(head, *options_, key_);
    if (!answer.ok()) return Finish(answer.status());
    std::shared_ptr<const ConnectionOptions> connection(options_, &options_->connection);
    Opened opened{MakeConnection(TakeStream(), std::move(connection), answer->deflate), answer->subprotocol,
                  std::move(head.headers)};
    Finish(std::move(opened));
  }

  std::shared_ptr<const ClientOptions> options_;
  std::string key_;
};

}  // namespace

std::unique_ptr<net::Mortal> OpenWebSocket(std::unique_ptr<net::Stream> stream,
                                           std::shared_ptr<const ClientOptions> options,
                                           std::function<void(StatusOr<Opened>)> done) {
  return std::make_unique<ClientHandshake>(std::move(stream), std::move(options), std::move(done));
}

}  // namespace wampgate::websocket
