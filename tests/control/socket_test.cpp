#include "control/socket.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "control/listener.hpp"

namespace wampgate::control {
namespace {

class ControlSocket : public ::testing::Test {
 protected:
  ControlSocket() {
    char pattern[] = "/tmp/wampgate-control-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    path_ = folder_ + "/control.sock";
  }
  ~ControlSocket() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
  std::string path_;
};

TEST_F(ControlSocket, SaysWhoConnected) {
  net::Loop loop;
  StatusOr<UniqueFd> listening = Listen(path_);
  ASSERT_TRUE(listening.ok()) << listening.status();
  UniqueFd accepted;
  Listener listener(loop, *std::move(listening), [&](UniqueFd socket) {
    accepted = std::move(socket);
    loop.Stop();
  });
  ASSERT_TRUE(listener.Start().ok());
  StatusOr<UniqueFd> dialled = Connect(path_);
  ASSERT_TRUE(dialled.ok()) << dialled.status();
  Timer deadline;
  deadline.Start(loop.timers(), std::chrono::seconds(10), [&] { loop.Stop(); });
  loop.Run();
  ASSERT_TRUE(accepted);
  StatusOr<Credentials> peer = PeerCredentials(accepted.get());
  ASSERT_TRUE(peer.ok());
  EXPECT_EQ(peer->pid, ::getpid());
  EXPECT_EQ(peer->uid, ::getuid());
}

TEST_F(ControlSocket, IsForItsOwnerOnly) {
  ASSERT_TRUE(Listen(path_).ok());
  struct stat there{};
  ASSERT_EQ(::stat(path_.c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777, 0600u);
}

TEST_F(ControlSocket, ReplacesAFileLeftBehind) {
  ASSERT_TRUE(Listen(path_).ok());  // closed at once, the file stays
  EXPECT_EQ(Connect(path_).status().code(), StatusCode::kUnavailable);
  StatusOr<UniqueFd> again = Listen(path_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(Connect(path_).ok());
}

TEST_F(ControlSocket, NamesAPathThatIsTooLong) {
  const std::string path = folder_ + "/" + std::string(120, 'x');
  const Status status = Listen(path).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.ToString().find("107"), std::string::npos);
}

TEST_F(ControlSocket, IsUnavailableWhileNobodyListens) {
  EXPECT_EQ(Connect(path_).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wampgate::control
