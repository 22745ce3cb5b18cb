#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"

namespace wampgate::config {
namespace {

std::vector<std::string> Examples() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(WAMPGATE_EXAMPLES)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".json" || extension == ".yaml") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Loaded LoadExample(const std::string& path) {
  return LoadFile(path, TestEnvironment({{"PORT", "8080"}, {"DEMO_PORT", "8081"}}));
}

TEST(Examples, LoadWithoutAnyProblem) {
  EXPECT_GE(Examples().size(), 6u);
  for (const std::string& path : Examples()) {
    const Loaded loaded = LoadExample(path);
    EXPECT_EQ(AllOf(loaded.problems), "") << path;
    EXPECT_TRUE(loaded.node.has_value()) << path;
  }
}

TEST(Examples, StayTheSameWhenWrittenAndReadAgain) {
  for (const std::string& path : Examples()) {
    const Loaded loaded = LoadExample(path);
    ASSERT_TRUE(loaded.document) << path;
    const auto environment = TestEnvironment({{"PORT", "8080"}, {"DEMO_PORT", "8081"}});
    const Loaded json = LoadText(WriteJson(*loaded.document), Format::kJson, environment);
    const Loaded yaml = LoadText(WriteYaml(*loaded.document), Format::kYaml, environment);
    ASSERT_TRUE(json.document && yaml.document) << path << "\n"
                                                << AllOf(json.problems) << AllOf(yaml.problems);
    EXPECT_EQ(CanonicalBytes(*json.document), CanonicalBytes(*loaded.document)) << path;
    EXPECT_EQ(CanonicalBytes(*yaml.document), CanonicalBytes(*loaded.document)) << path;
  }
}

TEST(Examples, ResolveToTheSameWorkerWhereverItIsExtracted) {
  const auto supervisor = TestEnvironment({{"PORT", "8080"}, {"DEMO_PORT", "8081"}});
  for (const std::string& path : Examples()) {
    const Loaded loaded = LoadExample(path);
    ASSERT_TRUE(loaded.node) << path;
    for (const Worker& worker : loaded.node->workers) {
      const auto extract = ExtractWorker(*loaded.document, worker.id, supervisor);
      ASSERT_TRUE(extract) << path;
      const Resolution in_worker = Resolve(*extract, TestEnvironment());
      ASSERT_TRUE(in_worker.node) << path << "\n" << AllOf(in_worker.problems);
      EXPECT_EQ(in_worker.node->workers.size(), 1u);
      EXPECT_EQ(in_worker.node->workers[0], worker) << path;
    }
  }
}

}  // namespace
}  // namespace wampgate::config
