#include "http/exchange.hpp"

#include <utility>

#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/pages.hpp"

namespace wampgate::http {

Exchange::~Exchange() {
  if (connection_ == nullptr) return;
  log::Error("http", "a service gave up a request without an answer; it is answered with 500");
  Finish()->Respond(ErrorPage(500, "Internal Server Error", "The request could not be processed."));
}

Connection* Exchange::Finish() {
  return std::exchange(connection_, nullptr);
}

void Exchange::Send(Response response) {
  if (connection_ != nullptr) Finish()->Respond(std::move(response));
}

std::unique_ptr<net::Stream> Exchange::TakeStream() {
  return connection_ == nullptr ? nullptr : Finish()->Release();
}

void Exchange::SendVerbatim(std::string octets) {
  if (connection_ != nullptr) Finish()->RespondVerbatim(octets);
}

}  // namespace wampgate::http
