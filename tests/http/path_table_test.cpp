#include "http/path_table.hpp"

#include <gtest/gtest.h>

#include "http/harness.hpp"

namespace wampgate::http {
namespace {

// Says its name, the rest of the path and whether it is the "/" of its level.
std::shared_ptr<Service> Named(const std::string& name) {
  return std::make_shared<test::FunctionService>(
      [name](Request request, std::shared_ptr<Responder> responder) {
        Response response;
        response.body = name;
        for (const std::string_view segment : request.Rest()) response.body += "|" + std::string(segment);
        if (request.at_level_root) response.body += " (root)";
        responder->Send(std::move(response));
      });
}

TEST(PathTable, MatchesSegmentsExactlyAndFallsBackToTheRoot) {
  test::Harness harness;
  const auto inner =
      std::make_shared<PathTable>(PathTable::Children{{"x", Named("inner x")}}, Named("inner"));
  const auto bare = std::make_shared<PathTable>(PathTable::Children{{"x", Named("bare x")}}, nullptr);
  harness.Serve(std::make_shared<PathTable>(
      PathTable::Children{{"a", Named("a")}, {"nest", inner}, {"bare", bare}}, Named("root")));
  const std::pair<const char*, const char*> expected[] = {
      {"/", "root| (root)"},
      {"/a", "a"},
      {"/a/", "a|"},
      {"/a/b?x", "a|b"},
      {"/A", "root|A (root)"},
      {"/%61", "a"},
      {"/a%2f", "root|a/ (root)"},
      {"//a", "root||a (root)"},
      {"/nest", "inner (root)"},
      {"/nest/", "inner| (root)"},
      {"/nest/x/y", "inner x|y"},
      {"/nest/other", "inner|other (root)"},
      {"/bare/x", "bare x"},
  };
  for (const auto& [target, body] : expected) EXPECT_EQ(harness.Get(target).body, body) << target;
  EXPECT_EQ(harness.Get("/bare").status, 404);
  EXPECT_EQ(harness.Get("/bare/y").status, 404);
}

}  // namespace
}  // namespace wampgate::http
