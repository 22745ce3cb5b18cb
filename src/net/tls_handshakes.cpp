#include "net/tls_handshakes.hpp"

#include <utility>

#include "net/tls_handshake.hpp"

namespace wampgate::net {

void TlsHandshakes::Begin(std::unique_ptr<Stream> stream, std::shared_ptr<const TlsContext> context) {
  const std::uint64_t number = next_++;
  std::string peer = PeerName(stream->fd());
  auto done = [this, number, peer = std::move(peer)](StatusOr<std::unique_ptr<Stream>> result) {
    End(number, peer, std::move(result));
  };
  under_way_.emplace(number,
                     Secure(std::move(stream), std::move(context), kTimeout, "the client", std::move(done)));
}

void TlsHandshakes::Clear() {
  for (auto& [number, handshake] : under_way_) loop_.DeleteLater(std::move(handshake));
  under_way_.clear();
}

void TlsHandshakes::End(std::uint64_t number, const std::string& peer,
                        StatusOr<std::unique_ptr<Stream>> result) {
  if (const auto found = under_way_.find(number); found != under_way_.end()) {
    loop_.DeleteLater(std::move(found->second));
    under_way_.erase(found);
  }
  if (result.ok()) {
    ++succeeded_;
    on_secured_(*std::move(result));
  } else {
    ++failed_;
    on_failed_(peer, result.status());
  }
}

}  // namespace wampgate::net
