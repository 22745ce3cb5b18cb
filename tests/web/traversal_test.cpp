#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/harness.hpp"
#include "web/beneath.hpp"
#include "web/static_service.hpp"
#include "web/temporary_tree.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "the secret outside";

class Traversal : public ::testing::Test {
 protected:
  Traversal() {
    std::ofstream(tree.base() / "secret") << kSecret;
    std::filesystem::create_directory(tree.base() / "site-too");
    std::ofstream(tree.base() / "site-too" / "secret") << kSecret;
    tree.Write("a/b/file", "inside");
    options.directory = tree.site();
    options.enable_directory_listing = true;
  }
  void Link(const std::string& target, const std::string& name) {
    std::filesystem::create_symlink(target, tree.site() / name);
  }

  test::TemporaryTree tree;
  StaticOptions options;
  test::Harness harness;
};

TEST_F(Traversal, NoSpellingOfAPathLeavesTheRoot) {
  harness.Serve(std::make_shared<StaticService>(options, harness.offload));
  const std::string absolute = tree.base().string() + "/secret";
  const std::string targets[] = {
      "/../secret",
      "/a/../../secret",
      "/a/b/../../../secret",
      "/./../secret",
      "/..//secret",
      "/%2e%2e/secret",
      "/%2E%2E/secret",
      "/.%2e/secret",
      "/%2e./secret",
      "/..%2fsecret",
      "/..%2Fsecret",
      "/%2e%2e%2fsecret",
      "/a%2f..%2f..%2fsecret",
      "/..%5csecret",
      "/..\\secret",
      "/%2e%2e\\secret",
      "/a\\..\\..\\secret",
      "/%252e%252e/secret",
      "/%252e%252e%252fsecret",
      "/..%252fsecret",
      "/%c0%ae%c0%ae/secret",
      "/%c0%ae%c0%ae%c0%afsecret",
      "/..%c0%afsecret",
      "/..%ef%bc%8fsecret",
      "/%uff0e%uff0e/secret",
      "/..;/secret",
      "/..%00/secret",
      "/%00/../secret",
      "/../secret%00.html",
      "/a/b/file/../../../../secret",
      "/...//secret",
      "/....//....//secret",
      "/.../secret",
      "/..%20/secret",
      "/..%09/secret",
      "/../site-too/secret",
      "/-too/secret",
      "//secret",
      "//../secret",
      "/%2f..%2fsecret",
      "/a/%2e%2e/%2e%2e/secret",
      "/a/b/..",
      "/..",
      "/../",
      "/%2e%2e/",
      "/" + absolute,
      "/%2f" + absolute.substr(1),
      "//" + absolute.substr(1),
      "/file:" + absolute,
      "http://x/../secret",
      "http://x//" + absolute,
  };
  static_assert(sizeof targets / sizeof targets[0] >= 30);
  for (const std::string& target : targets) {
    const Answer answer = harness.Get(target);
    EXPECT_TRUE(answer.status == 404 || answer.status == 400) << target << ": " << answer.status;
    EXPECT_THAT(answer.body, Not(HasSubstr(kSecret))) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("site-too"))) << target;
  }
  EXPECT_EQ(harness.Get("/a/b/file").body, "inside");
}

TEST_F(Traversal, NoSymlinkLeavesTheRootUnlessAllowed) {
  Link("../secret", "file");
  Link(tree.base() / "secret", "absolute");
  Link("..", "up");
  Link(tree.base(), "base");
  Link("a/../../secret", "crooked");
  Link("file", "chain");
  Link("loop", "loop");
  Link("/proc/self/root", "magic");
  Link("a/b/file", "inside");
  Link("b", "a/too");
  harness.Serve(std::make_shared<StaticService>(options, harness.offload));
  for (const char* target : {"/file", "/absolute", "/up/secret", "/up/", "/base/secret", "/crooked", "/chain",
                             "/loop", "/magic/", "/magic/etc/passwd", "/up/site/a/b/file"}) {
    const Answer answer = harness.Get(target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr(kSecret))) << target;
  }
  EXPECT_EQ(harness.Get("/inside").body, "inside");
  EXPECT_EQ(harness.Get("/a/too/file").body, "inside");

  test::Harness open;
  options.follow_symlinks = true;
  open.Serve(std::make_shared<StaticService>(options, open.offload));
  EXPECT_EQ(open.Get("/file").body, kSecret);
  EXPECT_EQ(open.Get("/base/secret").body, kSecret);
}

TEST_F(Traversal, IndexAndDefaultFilesAreNoWayOutEither) {
  std::filesystem::create_directory(tree.site() / "d");
  Link("../../secret", "d/index.html");
  Link("../secret", "default");
  options.default_file = "default";
  harness.Serve(std::make_shared<StaticService>(options, harness.offload));
  EXPECT_THAT(harness.Get("/d/").body, Not(HasSubstr(kSecret)));
  EXPECT_EQ(harness.Get("/missing").status, 404);
}

TEST_F(Traversal, TheFallbackWithoutOpenat2FollowsNoSymlinkAtAll) {
  Link("../secret", "file");
  Link("a", "folder");
  const UniqueFd root(open(tree.site().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  EXPECT_TRUE(OpenStepwise(root.get(), "a/b/file").fd);
  EXPECT_TRUE(OpenStepwise(root.get(), ".").fd);
  for (const char* path :
       {"file", "folder/b/file", "../secret", "a/../../secret", "", "a//b", "/etc/passwd"}) {
    EXPECT_FALSE(OpenStepwise(root.get(), path).fd) << path;
  }
}

}  // namespace
}  // namespace wampgate::web
