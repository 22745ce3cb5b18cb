#include "config/carried_worker.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "config/document_objects.hpp"

namespace wampgate::config {
namespace {

using Paths = google::protobuf::Map<std::string, v1::Path>;

constexpr std::string_view kLeftOut = "; left out";
constexpr std::string_view kPathGoes = "; the path is left out and answers 404";
constexpr std::string_view kTransportStays = "; the transport stays in crossbar.json";
constexpr std::string_view kWorkerStays = "; the worker stays in crossbar.json";

class Carrier {
 public:
  Carrier(const Problems& problems, const DocumentIndex& index, const Where& where) : index_(index) {
    for (const Problem& problem : problems) {
      if (problem.cause != Cause::kOther && IsWithin(problem.path, where.text())) open_.push_back(&problem);
    }
  }

  CarriedWorker Carry(v1::Worker worker, const Where& where, Problems& left_out) {
    CarriedWorker carried;
    CarryTransports(worker, where.Key("transports"), carried);
    const bool nothing_left = carried.transports.empty() && !carried.staying.empty();
    if (Settle(where.text(), Role::kWorker, kWorkerStays) || nothing_left) {
      carried.stays = true;
      std::erase_if(lines_, [](const Line& line) { return line.role == Role::kHarmless; });
    }
    for (const Line& line : lines_) {
      left_out.push_back(*line.problem);
      left_out.back().message += line.consequence;
      left_out.back().severity = Severity::kWarning;
    }
    carried.lost = Lost(where.text());
    carried.worker = std::move(worker);
    return carried;
  }

 private:
  enum class Role : unsigned char { kHarmless, kPath, kTransport, kWorker };
  struct Line {
    const Problem* problem;
    Role role;
    std::string_view consequence;
  };

  void CarryTransports(v1::Worker& worker, const Where& where, CarriedWorker& carried) {
    google::protobuf::RepeatedPtrField<v1::Transport> kept;
    for (int i = 0; i < worker.transports_size(); ++i) {
      v1::Transport& transport = *worker.mutable_transports(i);
      const Where at = where.Index(static_cast<std::size_t>(i));
      const bool had_paths = HasPaths(transport);
      if (transport.has_web()) CarryPaths(*transport.mutable_web()->mutable_paths(), at.Key("paths"));
      if (transport.has_universal()) CarryUniversal(*transport.mutable_universal(), at);
      const bool lost_all = had_paths && !HasPaths(transport) && !transport.universal().has_rawsocket();
      if (Settle(at.text(), Role::kTransport, kTransportStays) || lost_all) {
        DropHarmless(at.text());
        carried.staying.push_back(static_cast<std::size_t>(i));
      } else {
        carried.transports.push_back(static_cast<std::size_t>(i));
        *kept.Add() = std::move(transport);
      }
    }
    worker.mutable_transports()->Swap(&kept);
  }

  static bool HasPaths(const v1::Transport& transport) {
    const auto levels = PathLevels(transport);
    return std::any_of(levels.begin(), levels.end(), [](const Paths* level) { return !level->empty(); });
  }

  void CarryUniversal(v1::UniversalTransport& universal, const Where& where) {
    CarryPaths(*universal.mutable_websocket(), where.Key("websocket"));
    if (universal.has_web())
      CarryPaths(*universal.mutable_web()->mutable_paths(), where.Key("web").Key("paths"));
  }

  void CarryPaths(Paths& paths, const Where& where) {
    std::vector<std::string> keys;
    for (const auto& [key, path] : paths) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    for (const std::string& key : keys) {
      v1::Path& path = paths[key];
      const Where at = where.Key(key);
      const std::size_t below = path.path().paths().size();
      if (below > 0) CarryPaths(*path.mutable_path()->mutable_paths(), at.Key("paths"));
      const bool lost_all = below > 0 && path.path().paths().empty();
      if (!Settle(at.text(), Role::kPath, kPathGoes) && !lost_all) continue;
      DropHarmless(at.text());
      paths.erase(key);
    }
  }

  /// Answers for the problems of a unit that no smaller unit has answered for. True: it cannot be carried
  /// over.
  bool Settle(const std::string& unit, Role role, std::string_view consequence) {
    bool goes = false;
    std::vector<const Problem*> rest;
    for (const Problem* problem : open_) {
      if (!IsWithin(problem->path, unit)) {
        rest.push_back(problem);
      } else if (IsHarmless(*problem, unit, role)) {
        lines_.push_back(
            {problem, Role::kHarmless, problem->cause == Cause::kNoEffect ? std::string_view() : kLeftOut});
      } else {
        goes = true;
        lines_.push_back({problem, role, consequence});
      }
    }
    open_ = std::move(rest);
    return goes;
  }

  bool IsHarmless(const Problem& problem, const std::string& unit, Role role) const {
    if (problem.cause == Cause::kNoEffect) return true;
    const std::string parent = index_.ParentOf(problem.path);
    const bool admits = role != Role::kWorker && parent.ends_with(".auth");
    if (admits || parent.ends_with(".serializers")) return SomethingRemains(parent);
    if (problem.cause == Cause::kUnknownKey) return true;
    if (problem.path.ends_with(".type") || parent.size() < unit.size()) return false;
    return parent.substr(unit.size()).ends_with(".options") || problem.path.ends_with(".cookie");
  }

  /// Whether an object or list has more than what is complained about: an `auth` without a method would let
  /// nobody in, a list of serializers without one would mean all of them.
  bool SomethingRemains(const std::string& parent) const {
    const Value* value = index_.Find(parent);
    std::set<std::string> gone;
    for (const Problem* problem : open_) {
      if (index_.ParentOf(problem->path) == parent) gone.insert(problem->path);
    }
    return value != nullptr && value->items.size() > gone.size();
  }

  void DropHarmless(const std::string& unit) {
    std::erase_if(lines_, [&](const Line& line) {
      return line.role == Role::kHarmless && IsWithin(line.problem->path, unit);
    });
  }

  std::string Lost(const std::string& worker) const {
    std::vector<std::string> parts;
    for (const Line& line : lines_) {
      if (line.problem->cause == Cause::kNoEffect) continue;
      const Value* value = index_.Find(line.problem->path);
      parts.push_back(line.problem->path.substr(worker.size()) + "=" + (value ? ToJson(*value) : ""));
    }
    std::sort(parts.begin(), parts.end());
    std::string lost;
    for (const std::string& part : parts) lost += part + "\n";
    return lost;
  }

  const DocumentIndex& index_;
  std::vector<const Problem*> open_;
  std::vector<Line> lines_;
};

}  // namespace

CarriedWorker CarryOver(v1::Worker worker, std::size_t place, const Problems& problems,
                        const DocumentIndex& index, Problems& left_out) {
  const Where where = Where().Key("workers").Index(place);
  CarriedWorker carried = Carrier(problems, index, where).Carry(std::move(worker), where, left_out);
  carried.place = place;
  return carried;
}

}  // namespace wampgate::config
