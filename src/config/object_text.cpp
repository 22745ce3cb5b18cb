#include "config/change_list.hpp"
#include "config/reader.hpp"
#include "config/value.hpp"

namespace wampgate::config {

void ReadObject(const v1::ObjectText& text, google::protobuf::Message& object, Problems& problems) {
  if (text.source_case() == v1::ObjectText::SOURCE_NOT_SET) {
    problems.push_back({Severity::kError, "", "expected json or yaml, found none of them"});
    return;
  }
  const Parsed parsed = text.has_json() ? ParseJson(text.json()) : ParseYaml(text.yaml());
  Problems found = parsed.problems;
  if (parsed.ok) {
    Read(parsed.value, object, found);
    Locate(parsed.value, found);
  }
  problems.insert(problems.end(), found.begin(), found.end());
}

}  // namespace wampgate::config
