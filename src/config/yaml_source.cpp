#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <sstream>
#include <unordered_set>

#include "base/utf8.hpp"
#include "config/value.hpp"
#include "config/yaml_scalar.hpp"

namespace wampgate::config {
namespace {

/// Values that aliases may add to a document.
constexpr std::size_t kMaxAliasedValues = 100000;
/// Merges other mappings into the one it stands in (https://yaml.org/type/merge.html), as in the files that
/// Crossbar reads.
constexpr std::string_view kMergeKey = "<<";

struct Refused : std::runtime_error {
  Refused(const std::string& reason, const YAML::Mark& where) : std::runtime_error(reason), mark(where) {}
  YAML::Mark mark;
};

std::size_t Count(const Value& value) {
  std::size_t count = 1;
  for (const Value& item : value.items) count += Count(item);
  return count;
}
int Depth(const Value& value) {
  int depth = 0;
  for (const Value& item : value.items) depth = std::max(depth, Depth(item));
  return depth + (value.is_list() || value.is_object() ? 1 : 0);
}
Position At(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Parsed& parsed) : parsed_(parsed) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Put(mark, anchor, {}, "~"); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refused("an alias stands inside its own anchor", mark);
    aliased_ += Count(found->second);
    if (aliased_ > kMaxAliasedValues) throw Refused("aliases make this document too large", mark);
    if (static_cast<int>(levels_.size()) + Depth(found->second) > kMaxDepth) RefuseDepth(mark);
    Put(mark, YAML::NullAnchor, found->second, found->second.text);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (tag == "?" && text == kMergeKey && !levels_.empty() && levels_.back().expects_key()) {
      levels_.back().merging = true;
    } else if (tag == "?" || tag.starts_with("tag:yaml.org,2002:int") ||
               tag.starts_with("tag:yaml.org,2002:float") || tag.starts_with("tag:yaml.org,2002:bool") ||
               tag.starts_with("tag:yaml.org,2002:null")) {
      Put(mark, anchor, TypePlainScalar(text), text);
    } else if (tag == "!" || tag == "tag:yaml.org,2002:str") {
      Put(mark, anchor, Value::String(text), text);
    } else {
      throw Refused(fmt::format("the tag {} is not known", Quote(tag)), mark);
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, anchor, Value::List());
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, anchor, Value::Object());
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    Value value;
    YAML::anchor_t anchor = YAML::NullAnchor;
    Where where;
    std::unordered_set<std::string> seen;
    bool merging = false;       // the next value is that of the key <<
    std::vector<Value> merged;  // mappings whose keys are taken over where there is no such key
    bool expects_key() const {
      return value.is_object() && !merging && value.keys.size() == value.items.size();
    }
  };

  [[noreturn]] static void RefuseDepth(const YAML::Mark& mark) {
    throw Refused(fmt::format("nested more than {} levels deep", kMaxDepth), mark);
  }
  [[noreturn]] static void RefuseKey(const YAML::Mark& mark) {
    // What is never closed the parser takes for a key (measured).
    throw Refused("a list or a mapping stands where a key is expected; is its [ or { ever closed?", mark);
  }
  Where NextWhere() const {
    if (levels_.empty()) return {};
    const Level& level = levels_.back();
    if (level.merging) return level.where.Key(kMergeKey);
    return level.value.is_object() ? level.where.Key(level.value.keys.back().text)
                                   : level.where.Index(level.value.items.size());
  }
  /// `text` is the value as written, for where it is a key.
  void Put(const YAML::Mark& mark, YAML::anchor_t anchor, Value value, const std::string& text) {
    if (!levels_.empty() && levels_.back().expects_key()) {
      if (value.is_list() || value.is_object()) RefuseKey(mark);
      AddKey(mark, text);
      return;
    }
    value.position = At(mark);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = value;
    Insert(std::move(value));
  }
  void AddKey(const YAML::Mark& mark, const std::string& text) {
    Level& level = levels_.back();
    const Position position = At(mark);
    if (!level.seen.insert(text).second) {
      parsed_.problems.push_back({Severity::kError, level.where.Key(text).text(), "the key occurs twice",
                                  position.line, position.column});
    }
    level.value.keys.push_back({text, position});
  }
  void Insert(Value value) {
    if (levels_.empty()) {
      parsed_.value = std::move(value);
    } else if (levels_.back().merging) {
      NoteMerge(std::move(value));
    } else {
      levels_.back().value.items.push_back(std::move(value));
    }
  }
  /// `<<: *x` and `<<: [*x, *y]`.
  void NoteMerge(Value value) {
    Level& level = levels_.back();
    level.merging = false;
    Value list = Value::List();
    if (!value.is_list()) {
      list.position = value.position;
      list.items.push_back(std::move(value));
      value = std::move(list);
    }
    for (Value& source : value.items) {
      if (!source.is_object()) {
        parsed_.problems.push_back(
            {Severity::kError, level.where.Key(kMergeKey).text(),
             fmt::format("expected a mapping or a list of mappings, found {}", Describe(source)),
             source.position.line, source.position.column});
      } else {
        level.merged.push_back(std::move(source));
      }
    }
  }
  /// What a mapping says itself wins, then the first of those it merges.
  static void Merge(Level& level) {
    for (Value& source : level.merged) {
      for (std::size_t i = 0; i < source.keys.size(); ++i) {
        if (!level.seen.insert(source.keys[i].text).second) continue;
        level.value.keys.push_back(std::move(source.keys[i]));
        level.value.items.push_back(std::move(source.items[i]));
      }
    }
  }
  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, Value value) {
    if (levels_.size() >= static_cast<std::size_t>(kMaxDepth)) RefuseDepth(mark);
    if (!levels_.empty() && levels_.back().expects_key()) RefuseKey(mark);
    Level level;
    level.where = NextWhere();
    level.value = std::move(value);
    level.value.position = At(mark);
    level.anchor = anchor;
    levels_.push_back(std::move(level));
  }
  void Close() {
    Merge(levels_.back());
    Value value = std::move(levels_.back().value);
    const YAML::anchor_t anchor = levels_.back().anchor;
    levels_.pop_back();
    if (anchor != YAML::NullAnchor) anchors_[anchor] = value;
    Insert(std::move(value));
  }

  Parsed& parsed_;
  std::vector<Level> levels_;
  std::map<YAML::anchor_t, Value> anchors_;
  std::size_t aliased_ = 0;
};

Problem Refusal(std::string reason, const YAML::Mark& mark) {
  const bool known = !mark.is_null();
  return {Severity::kError, "", std::move(reason), known ? mark.line + 1 : 0, known ? mark.column + 1 : 0};
}

}  // namespace

Parsed ParseYaml(std::string_view text) {
  Parsed parsed;
  if (!IsUtf8(text)) {
    parsed.problems.push_back({Severity::kError, "", "configuration file is not UTF-8"});
    return parsed;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(parsed);
    parser.HandleNextDocument(builder);
    Parsed rest;
    TreeBuilder more(rest);
    if (parser.HandleNextDocument(more)) {
      parsed.problems.push_back({Severity::kError, "", "the file holds more than one YAML document"});
      return parsed;
    }
    parsed.ok = true;
  } catch (const Refused& refused) {
    parsed.problems.push_back(Refusal(refused.what(), refused.mark));
  } catch (const YAML::Exception& error) {
    parsed.problems.push_back(Refusal(
        fmt::format("configuration file does not seem to be proper YAML ('{}')", error.msg), error.mark));
  } catch (const std::exception& error) {
    parsed.problems.push_back(
        {Severity::kError, "", fmt::format("cannot be read as YAML: {}", error.what())});
  }
  return parsed;
}

}  // namespace wampgate::config
