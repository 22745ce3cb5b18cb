#include "net/tls_handshake.hpp"

#include <utility>

#include "net/stream_handshake.hpp"

namespace wampgate::net {
namespace {

class TlsHandshake final : public StreamHandshake<std::unique_ptr<Stream>>, private Resumable {
 public:
  TlsHandshake(std::unique_ptr<Stream> stream, std::chrono::milliseconds timeout, const char* peer, Done done)
      : StreamHandshake(std::move(stream), timeout, peer, "TLS", std::move(done)),
        loop_(this->stream().loop()) {}
  ~TlsHandshake() override { loop_.Forget(static_cast<Resumable&>(*this)); }

 private:
  // The result is told in a turn of its own: whoever gets the stream may drop it there.
  void OnSecured() override {
    stream().Stop();
    loop_.ResumeLater(*this);
  }
  void Resume() override { Finish(TakeStream()); }
  std::size_t OnData(std::span<char>) override { return 0; }  // for the next owner

  Loop& loop_;
};

}  // namespace

std::unique_ptr<Mortal> Secure(std::unique_ptr<Stream> stream, std::shared_ptr<const TlsContext> context,
                               std::chrono::milliseconds timeout, const char* peer,
                               std::function<void(StatusOr<std::unique_ptr<Stream>>)> done) {
  stream->StartTls(std::move(context));
  return std::make_unique<TlsHandshake>(std::move(stream), timeout, peer, std::move(done));
}

}  // namespace wampgate::net
