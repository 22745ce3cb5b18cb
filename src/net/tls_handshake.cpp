#include "net/tls_handshake.hpp"

#include <utility>

#include "net/stream_handshake.hpp"

namespace wampgate::net {
namespace {

class TlsHandshake final : public StreamHandshake<std::unique_ptr<Stream>> {
 public:
  TlsHandshake(std::unique_ptr<Stream> stream, std::chrono::milliseconds timeout, const char* peer, Done done)
      : StreamHandshake(std::move(stream), timeout, peer, "TLS", std::move(done)) {}

 private:
  void OnSecured() override { Finish(TakeStream()); }
  std::size_t OnData(std::span<char>) override { return 0; }  // for the next owner
};

}  // namespace

std::unique_ptr<Mortal> Secure(std::unique_ptr<Stream> stream, std::shared_ptr<const TlsContext> context,
                               std::chrono::milliseconds timeout, const char* peer,
                               std::function<void(StatusOr<std::unique_ptr<Stream>>)> done) {
  stream->StartTls(std::move(context));
  return std::make_unique<TlsHandshake>(std::move(stream), timeout, peer, std::move(done));
}

}  // namespace wampgate::net
