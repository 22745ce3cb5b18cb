#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>

#include "base/fd.hpp"
#include "support/node_process.hpp"

/// Every example of deploy/examples runs: a node starts with it, serves, and ends in order.
namespace wampgate::test {
namespace {

std::string FreePort() {
  const UniqueFd probe(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t length = sizeof(address);
  bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return std::to_string(ntohs(address.sin_port));
}

std::vector<std::string> Examples() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(WAMPGATE_EXAMPLES)) {
    const auto extension = entry.path().extension();
    if (extension == ".json" || extension == ".yaml") files.push_back(entry.path().string());
  }
  return files;
}

class Example : public ::testing::TestWithParam<std::string> {};

TEST_P(Example, Runs) {
  for (const char* variable : {"PORT", "DEMO_PORT"}) setenv(variable, FreePort().c_str(), 1);
  NodeProcess node;
  const std::filesystem::path file = GetParam();
  const auto copy = std::filesystem::path(node.directory()) / ("example-" + file.filename().string());
  std::filesystem::copy_file(file, copy);
  node.Start({.configuration = "", .arguments = {"--config", copy.string()}});
  const auto serves = [](const nlohmann::json& line) { return line.value("msg", "") == "the node serves"; };
  EXPECT_FALSE(node.AwaitLine(serves).is_null()) << node.log();
  EXPECT_EQ(node.Stop(), 0) << node.log();
  EXPECT_TRUE(node.NothingLeft());
}

INSTANTIATE_TEST_SUITE_P(Deploy, Example, ::testing::ValuesIn(Examples()), [](const auto& info) {
  std::string name = std::filesystem::relative(info.param, WAMPGATE_EXAMPLES).string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

}  // namespace
}  // namespace wampgate::test
