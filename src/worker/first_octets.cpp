#include "worker/first_octets.hpp"

#include <utility>

#include "net/stream_handshake.hpp"

namespace wampgate::worker {
namespace {

class FirstOctet final : public net::StreamHandshake<Begun> {
 public:
  FirstOctet(std::unique_ptr<net::Stream> stream, std::chrono::milliseconds timeout, Done done)
      : StreamHandshake(std::move(stream), timeout, "the client", "opening", std::move(done)) {}

 private:
  std::size_t OnData(std::span<char> octets) override {
    const Spoken spoken = SpokenBy(octets[0]);
    Finish(Begun{TakeStream(), spoken});  // `this` may be gone now
    return 0;
  }
};

}  // namespace

Spoken SpokenBy(char first_octet) {
  constexpr char kRawSocketMagic = 0x7F;
  const bool is_letter =
      (first_octet >= 'A' && first_octet <= 'Z') || (first_octet >= 'a' && first_octet <= 'z');
  if (first_octet == kRawSocketMagic) return Spoken::kRawSocket;
  return is_letter || first_octet == '\r' || first_octet == '\n' ? Spoken::kHttp : Spoken::kOther;
}

std::unique_ptr<net::Mortal> AwaitFirstOctet(std::unique_ptr<net::Stream> stream,
                                             std::chrono::milliseconds timeout,
                                             std::function<void(StatusOr<Begun>)> done) {
  return std::make_unique<FirstOctet>(std::move(stream), timeout, std::move(done));
}

}  // namespace wampgate::worker
