#include "http/server.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

#include "http/connection.hpp"

namespace wampgate::http {

struct Server::State final : ConnectionHost {
  State(net::Loop& loop, std::shared_ptr<const Site> first_site, Offload& offload)
      : loop_(loop), site_(std::move(first_site)), offload_(offload) {}

  net::Loop& loop() override { return loop_; }
  Offload& offload() override { return offload_; }
  std::shared_ptr<const Site> site() override { return site_; }
  bool draining() const override { return draining_; }
  void OnGone(Connection& connection) override {
    const auto it = connections_.find(&connection);
    if (it == connections_.end()) return;
    loop_.DeleteLater(std::move(it->second));
    connections_.erase(it);
  }

  net::Loop& loop_;
  std::shared_ptr<const Site> site_;
  Offload& offload_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  bool draining_ = false;
};

Server::Server(net::Loop& loop, std::shared_ptr<const Site> site, Offload& offload)
    : state_(std::make_unique<State>(loop, std::move(site), offload)) {}

Server::~Server() {
  for (auto& [key, connection] : state_->connections_) {
    connection->Abandon();
    state_->loop_.DeleteLater(std::move(connection));
  }
}

void Server::SetSite(std::shared_ptr<const Site> site) {
  state_->site_ = std::move(site);
}

void Server::Accept(std::unique_ptr<net::Stream> stream, Security security) {
  auto connection = std::make_unique<Connection>(*state_, std::move(stream), security);
  Connection& started = *connection;
  state_->connections_.emplace(&started, std::move(connection));
  started.Start();
}

std::size_t Server::size() const {
  return state_->connections_.size();
}

void Server::EndDrain() {
  state_->draining_ = false;
}

void Server::Drain() {
  state_->draining_ = true;
  std::vector<Connection*> all;
  all.reserve(state_->connections_.size());
  for (const auto& [key, connection] : state_->connections_) all.push_back(key);
  for (Connection* connection : all) connection->CloseIfIdle();
}

}  // namespace wampgate::http
