#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "config/diff.hpp"
#include "config/load.hpp"

namespace {

using namespace wampgate::config;

Environment FuzzEnvironment() {
  Environment environment;
  environment.node_directory = "/node";
  environment.hostname = "fuzz";
  environment.variable = [](const std::string& name) {
    return name.ends_with("PORT") ? std::optional<std::string>("8080") : std::nullopt;
  };
  environment.is_directory = [](const std::string&) { return true; };
  return environment;
}

/// Any text is refused with a reason or becomes a document that survives being written and read in both
/// formats.
void Check(std::string_view text, Format format) {
  const Environment environment = FuzzEnvironment();
  const Loaded loaded = LoadText(text, format, environment);
  WAMPGATE_CHECK(loaded.document.has_value() != HasErrors(loaded.problems));
  WAMPGATE_CHECK(loaded.document.has_value() == loaded.node.has_value());
  if (!loaded.document) return;
  const Loaded json = LoadText(WriteJson(*loaded.document), Format::kJson, environment);
  const Loaded yaml = LoadText(WriteYaml(*loaded.document), Format::kYaml, environment);
  WAMPGATE_CHECK(json.document && Etag(*json.document) == Etag(*loaded.document));
  WAMPGATE_CHECK(yaml.document && Etag(*yaml.document) == Etag(*loaded.document));
  WAMPGATE_CHECK(json.node == loaded.node);
  WAMPGATE_CHECK(Diff(*loaded.document, *json.document, environment).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Check(text, Format::kJson);
  Check(text, Format::kYaml);
  return 0;
}
