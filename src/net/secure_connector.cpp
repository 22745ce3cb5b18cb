#include "net/secure_connector.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <variant>

#include "net/tls_handshake.hpp"

namespace wampgate::net {

SecureConnector::SecureConnector(Loop& loop, Resolver& resolver, const ConnectEndpoint& endpoint,
                                 const std::optional<ConnectTls>& tls, const char* peer, Done done)
    : loop_(loop),
      tls_(tls),
      timeout_(std::visit([](const auto& kind) { return kind.timeout; }, endpoint)),
      peer_(peer),
      done_(std::move(done)),
      connector_(loop, resolver, endpoint,
                 [this](StatusOr<std::unique_ptr<Stream>> stream) { OnConnected(std::move(stream)); }) {}

void SecureConnector::OnConnected(StatusOr<std::unique_ptr<Stream>> stream) {
  if (!stream.ok() || !tls_) return Finish(std::move(stream));
  if (!tls_->context) {
    return Finish(FailedPrecondition(fmt::format("the files of `tls` cannot be used: {}", tls_->error)));
  }
  handshake_ = Secure(*std::move(stream), tls_->context, timeout_, peer_,
                      [this](StatusOr<std::unique_ptr<Stream>> secured) { OnSecured(std::move(secured)); });
}

void SecureConnector::OnSecured(StatusOr<std::unique_ptr<Stream>> stream) {
  loop_.DeleteLater(std::exchange(handshake_, nullptr));  // it is what is calling
  if (!stream.ok()) return Finish(Explained(stream.status()));
  Finish(std::move(stream));
}

/// A certificate that is refused is mended at one of two places.
Status SecureConnector::Explained(const Status& status) const {
  if (status.code() != StatusCode::kUnauthenticated) return status;
  return MakeStatus(
      status.code(),
      fmt::format("{}; expected one for \"{}\" (`tls.hostname`), signed by {}", Message(status),
                  tls_->files.hostname,
                  tls_->files.authorities.empty()
                      ? "an authority that this system trusts (or name it in `tls.ca_certificates`)"
                      : "what `tls.ca_certificates` or `tls.trust_root` names"));
}

void SecureConnector::Finish(StatusOr<std::unique_ptr<Stream>> result) {
  const Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace wampgate::net
