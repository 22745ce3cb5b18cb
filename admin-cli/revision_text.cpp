#include "revision_text.hpp"

namespace wampgate::ctl {

std::string DescribeConfirmation(const v1::ConfigSnapshot& revision) {
  if (!revision.has_confirm_deadline()) return "";
  return "rolled back at " + TimeText(revision.confirm_deadline()) + " unless confirmed";
}

std::string DescribeFile(const v1::NodeFileState& file) {
  const std::string name = "the node file " + file.path();
  switch (file.drift()) {
    case v1::NodeFileState::NO_FILE:
      return "the node was started without a file";
    case v1::NodeFileState::IN_SYNC:
      return name + " says what runs";
    case v1::NodeFileState::CONFIG_CHANGED:
      return name +
             " does not have what was changed over the API since it was applied; `wampgatectl export` prints "
             "what runs";
    case v1::NodeFileState::FILE_CHANGED:
      return name + " was changed and not applied yet; `wampgatectl reload` does";
    case v1::NodeFileState::BOTH_CHANGED:
      return name +
             " and the running configuration were both changed since it was applied; `wampgatectl diff` "
             "shows "
             "how, `wampgatectl reload --prefer file` or `--prefer config` decides";
    case v1::NodeFileState::FILE_BROKEN:
      return name + " cannot be applied: " + file.error();
    default:
      return "";
  }
}

}  // namespace wampgate::ctl
