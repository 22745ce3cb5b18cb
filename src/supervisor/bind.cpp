#include "supervisor/bind.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/log.hpp"
#include "net/listen_socket.hpp"

namespace wampgate::supervisor {
namespace {

using net::ReusePort;

StatusOr<BoundSockets> BindTcpGroup(net::TcpListen tcp, const BindRequest& request) {
  BoundSockets bound;
  const ReusePort first_reuse = request.company == Company::kOurs ? ReusePort::kYes : ReusePort::kNo;
  StatusOr<UniqueFd> first = net::BindListenSocket(tcp, first_reuse);
  const bool others =
      first.status().code() == StatusCode::kAlreadyExists && request.company == Company::kNone;
  if (others && tcp.shared) {
    first = net::BindListenSocket(tcp, ReusePort::kYes);
    bound.foreign = first.ok();
  }
  if (!first.ok()) return first.status();
  if (request.count > 1 || tcp.shared) AllowCompany(first->get());
  bound.port = net::BoundPort(first->get());
  bound.address = net::BoundAddress(first->get());
  bound.sockets.push_back(*std::move(first));
  tcp.port = bound.port;
  tcp.port_range_end = 0;
  while (bound.sockets.size() < request.count) {
    WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, net::BindListenSocket(tcp, ReusePort::kYes));
    bound.sockets.push_back(std::move(socket));
  }
  return bound;
}

void SetUserTimeout(int socket, const net::TcpListen& tcp) {
  const int value = tcp.user_timeout ? static_cast<int>(tcp.user_timeout->count()) : 0;
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof value);
}

void ChangeMode(const net::UnixListen& settings) {
  if (settings.path[0] == '@' || ::chmod(settings.path.c_str(), settings.mode) == 0) return;
  log::Warning("supervisor", "the mode of a socket file cannot be changed",
               {{"error", Message(ErrnoStatus(errno, settings.path))}});
}

}  // namespace

StatusOr<BoundSockets> BindEndpoint(const BindRequest& request) {
  if (const auto* tcp = std::get_if<net::TcpListen>(&request.settings)) return BindTcpGroup(*tcp, request);
  BoundSockets bound;
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, net::BindListenSocket(request.settings, ReusePort::kNo));
  bound.address = net::BoundAddress(socket.get());
  bound.sockets.push_back(std::move(socket));
  return bound;
}

void AllowCompany(int socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
}

void UpdateSocket(int socket, const net::ListenEndpoint& settings) {
  if (const auto* tcp = std::get_if<net::TcpListen>(&settings)) return SetUserTimeout(socket, *tcp);
  ChangeMode(std::get<net::UnixListen>(settings));
}

void EndListening(int socket) {
  ::shutdown(socket, SHUT_RD);
}

void Reserve(int socket, Reserved reserved) {
  const int reuse = reserved == Reserved::kYes ? 0 : 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
}

std::uint32_t QueueLength(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_unacked;  // of a listening socket: its accept queue
}

}  // namespace wampgate::supervisor
