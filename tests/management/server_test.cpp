#include "management/server.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "supervisor/supervisor.hpp"
#include "support/run_until.hpp"

namespace wampgate::management {
namespace {

TEST(Server, MayEndWhileAnAnswerAboutHealthIsUnderWay) {
  std::string directory = ::testing::TempDir() + "wampgate-management-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  {
    net::Loop loop;
    supervisor::SupervisorOptions options;
    options.node_directory = directory;
    auto supervisor = supervisor::Supervisor::Open(loop, std::move(options));
    ASSERT_TRUE(supervisor.ok()) << supervisor.status();
    auto server = Server::Start(loop, **supervisor, directory + "/wampgate.sock");  // asks at once
    ASSERT_TRUE(server.ok()) << server.status();
    server->reset();
    bool later = false;
    loop.Post([&later] { later = true; });  // behind the answer
    EXPECT_TRUE(test::RunUntil(loop, [&later] { return later; }));
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace wampgate::management
