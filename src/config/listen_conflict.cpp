#include "config/listen_conflict.hpp"

#include <fmt/format.h>

namespace wampgate::config {
namespace {

bool SharesFamily(net::IpVersion a, net::IpVersion b) {
  return a == b || a == net::IpVersion::kDual || b == net::IpVersion::kDual;
}
bool IsAny(const std::string& interface) {
  return interface.empty() || interface == "0.0.0.0" || interface == "::";
}

bool Clash(const net::TcpListen& a, const net::TcpListen& b) {
  if (a.port == 0 || a.port != b.port || a.port_range_end != 0 || b.port_range_end != 0) return false;
  if (!SharesFamily(a.version, b.version)) return false;
  return IsAny(a.interface) || IsAny(b.interface) || a.interface == b.interface;
}

}  // namespace

void ListenConflicts::Add(const Worker& worker, const Where& where) {
  for (std::size_t i = 0; i < worker.transports.size(); ++i) {
    const Where at = where.Index(i);
    Taken later{worker.transports[i].endpoint, worker.id, at.text()};
    for (const Taken& earlier : taken_) Check(earlier, later, at.Key("endpoint"));
    taken_.push_back(std::move(later));
  }
}

void ListenConflicts::Check(const Taken& earlier, const Taken& later, const Where& where) const {
  if (const auto* b = std::get_if<net::UnixListen>(&later.endpoint)) {
    const auto* a = std::get_if<net::UnixListen>(&earlier.endpoint);
    if (a == nullptr || a->path.empty() || a->path != b->path) return;
    context_.Error(where.Key("path"), fmt::format("{} listens on {}, too", earlier.path, Quote(b->path)));
    return;
  }
  const auto* a = std::get_if<net::TcpListen>(&earlier.endpoint);
  const auto& b = std::get<net::TcpListen>(later.endpoint);
  if (a == nullptr || !Clash(*a, b)) return;
  if (earlier.worker == later.worker) {
    context_.Error(where.Key("port"),
                   fmt::format("{} listens on port {}, too: one worker has one transport per port",
                               earlier.path, b.port));
  } else if (!a->shared || !b.shared) {
    context_.Error(where.Key("port"), fmt::format("{} listens on port {}, too: both need \"shared\": true",
                                                  earlier.path, b.port));
  }
}

}  // namespace wampgate::config
