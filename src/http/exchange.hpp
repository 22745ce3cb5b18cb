#pragma once

#include <memory>
#include <string>

#include "http/message.hpp"

namespace wampgate::http {

class Connection;

/// One request of a connection and its answer: what a service holds while it works. Knows whether the
/// connection is still there.
class Exchange final : public Responder {
 public:
  Exchange(net::Loop& loop, Connection& connection) : loop_(loop), connection_(&connection) {}
  ~Exchange() override;

  void Send(Response response) override;
  std::unique_ptr<net::Stream> TakeStream() override;
  void SendVerbatim(std::string octets) override;
  net::Loop& loop() override { return loop_; }

  /// The connection has gone; what the service says from now on has no effect.
  void Detach() { connection_ = nullptr; }

 private:
  Connection* Finish();

  net::Loop& loop_;
  Connection* connection_;  ///< null once answered or gone
};

}  // namespace wampgate::http
