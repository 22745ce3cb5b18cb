#pragma once

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "management/server.hpp"
#include "net/socket_address.hpp"
#include "supervisor/supervisor.hpp"

namespace wampgate::management {

/// A connected socket of somebody else: the kernel tells the listener the ids of the thread that connects.
/// Only root can be somebody else; other callers stay who they are.
inline UniqueFd ConnectAs(const std::string& path, uid_t uid, std::vector<gid_t> groups = {}) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  std::thread([&] {
    if (::geteuid() == 0 && uid != 0) {
      // The system calls themselves: those of the library would change every thread.
      ::syscall(SYS_setgroups, groups.size(), groups.data());
      ::syscall(SYS_setresgid, uid, uid, uid);
      ::syscall(SYS_setresuid, uid, uid, uid);
    }
    const auto address = net::UnixAddress(path);
    EXPECT_EQ(::connect(socket.get(), address->get(), address->size), 0) << path;
  }).join();
  ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  return socket;
}

/// A supervisor without workers and its management server, with a loop of their own.
class ServedNode {
 public:
  ServedNode() {
    directory_ = (std::filesystem::temp_directory_path() / "wampgate-access-XXXXXX").string();
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    ::chmod(directory_.c_str(), 0711);
    supervisor::SupervisorOptions options;
    options.node_directory = directory_;
    auto opened = supervisor::Supervisor::Open(loop_, std::move(options));
    EXPECT_TRUE(opened.ok()) << opened.status();
    supervisor_ = *std::move(opened);
    thread_ = std::thread([this] { loop_.Run(); });
    OnLoop([this] {
      auto server = Server::Start(loop_, *supervisor_, socket());
      EXPECT_TRUE(server.ok()) << server.status();
      server_ = *std::move(server);
    });
    ::chmod(socket().c_str(), 0666);  // strangers shall get in
  }
  ~ServedNode() {
    OnLoop([this] { server_.reset(); });
    std::promise<void> stopped;
    OnLoop([&] { supervisor_->Stop([&] { stopped.set_value(); }); });
    stopped.get_future().wait();
    loop_.Stop();
    thread_.join();
    supervisor_.reset();
    std::filesystem::remove_all(directory_);
  }

  void OnLoop(const std::function<void()>& work) {
    std::promise<void> done;
    loop_.Post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  net::Loop& loop() { return loop_; }
  std::string socket() const { return directory_ + "/wampgate.sock"; }
  const std::string& directory() const { return directory_; }
  Server& server() { return *server_; }
  void EndServer() {
    OnLoop([this] { server_.reset(); });
  }
  supervisor::Supervisor& supervisor() { return *supervisor_; }

  std::shared_ptr<grpc::Channel> ChannelAs(uid_t uid, std::vector<gid_t> groups = {}) const {
    return grpc::CreateInsecureChannelFromFd("wampgate",
                                             ConnectAs(socket(), uid, std::move(groups)).Release());
  }

 private:
  std::string directory_;
  net::Loop loop_;
  std::unique_ptr<supervisor::Supervisor> supervisor_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace wampgate::management
