#pragma once

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"

namespace wampgate::config {

/// A proxy worker with a default backend and one transport, whose other fields are given.
inline Loaded LoadTransport(const std::string& fields, const Environment& environment = TestEnvironment()) {
  return LoadText(
      R"({"workers":[{"type":"proxy","id":"edge","backends":[{"transport":{"type":"rawsocket","endpoint":{"type":
          "unix","path":"r"}}}],"transports":[{"id":"one","endpoint":{"type":"unix","path":"s"},)" +
          fields + "}]}]}",
      Format::kJson, environment);
}

/// Without their places in the text.
inline std::string ProblemsOf(Loaded loaded) {
  for (Problem& problem : loaded.problems) problem.line = problem.column = 0;
  return AllOf(loaded.problems);
}

/// Of the one transport.
template <typename Protocol>
Protocol ProtocolOf(const Loaded& loaded) {
  EXPECT_TRUE(loaded.node) << AllOf(loaded.problems);
  return loaded.node ? std::get<Protocol>(loaded.node->workers[0].transports[0].protocol) : Protocol();
}

}  // namespace wampgate::config
