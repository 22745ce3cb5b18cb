#include "config/migrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "config/left_over.hpp"
#include "config/merge_workers.hpp"
#include "config/migration_remarks.hpp"
#include "config/reader.hpp"
#include "config/relocate.hpp"
#include "config/resolve.hpp"
#include "config/resolve_worker.hpp"
#include "config/spelling.hpp"
#include "config/variables.hpp"

namespace wampgate::config {
namespace {

/// The variables of an environment and, for names that are not set, ports that differ: a file is migrated
/// where it does not run, too.
class Variables {
 public:
  Variables(const Environment& environment, const v1::Node& node) : environment_(environment) {
    for (const v1::Worker& worker : node.workers()) {
      const auto name = BracedVariableName(worker.options().disabled().variable());
      if (name) switches_.insert(*name);
    }
  }

  std::optional<std::string> Read(const std::string& name) {
    const auto value = environment_.variable(name);
    if (value || switches_.contains(name)) return value;
    constexpr std::size_t kFirstPort = 20000;
    return std::to_string(kFirstPort + std::distance(missing_.begin(), missing_.insert(name).first));
  }
  const std::set<std::string>& missing() const { return missing_; }

 private:
  const Environment& environment_;
  std::set<std::string> switches_;
  std::set<std::string> missing_;
};

bool JoinsByKey(const v1::Node& node) {
  for (const v1::Worker& worker : node.workers()) {
    for (const auto& [id, connection] : worker.proxy().connections()) {
      std::vector<const FieldDescriptor*> methods;
      connection.auth().GetReflection()->ListFields(connection.auth(), &methods);
      for (const FieldDescriptor* method : methods) {
        if (KeyOf(*method) == "cryptosign-proxy") return true;
      }
    }
  }
  return false;
}

class Splitter {
 public:
  Splitter(const MigrationSource& source, const Environment& environment)
      : source_(source), environment_(environment) {}

  Migration Split() {
    Parsed parsed = source_.format == Format::kJson ? ParseJson(source_.text) : ParseYaml(source_.text);
    document_ = std::move(parsed.value);
    result_.errors = std::move(parsed.problems);
    if (!parsed.ok || HasErrors(result_.errors)) return std::move(result_);
    Problems problems;
    Read(document_, node_, problems);
    if (!document_.is_object()) result_.errors = problems;
    if (HasErrors(result_.errors)) return std::move(result_);
    ids_ = WorkerIds(node_);
    TakeErrors(problems);
    CheckIds();
    if (node_.controller().has_id()) result_.node_id = node_.controller().id();
    CarryWorkers(problems);
    BuildWampgate();
    if (!Sort(result_.errors).empty()) return Failed();
    DescribeRest();
    Sort(result_.left_out);
    return std::move(result_);
  }

 private:
  bool IsProxy(std::size_t place) const { return node_.workers(static_cast<int>(place)).has_proxy(); }

  static bool IsTypeOf(const std::string& path, std::size_t place) {
    return path == Where().Key("workers").Index(place).Key("type").text();
  }

  /// Values that do not fit, where wampgate reads them. Crossbar's own workers are Crossbar's to check.
  void TakeErrors(const Problems& problems) {
    for (const Problem& problem : problems) {
      bool is_crossbars = false, is_type = false;
      for (std::size_t i = 0; i < ids_.size(); ++i) {
        if (IsProxy(i) || !IsWithin(problem.path, Where().Key("workers").Index(i).text())) continue;
        const Value* type = document_.Find("workers")->items[i].Find("type");
        is_type = IsTypeOf(problem.path, i) && problem.cause != Cause::kNotSupported;
        is_crossbars = type != nullptr && type->kind == Value::Kind::kString;
      }
      if (is_crossbars && is_type) {
        result_.left_out.push_back(problem);
        result_.left_out.back().message += "; the worker stays in crossbar.json";
      } else if (!is_crossbars && problem.cause == Cause::kOther && problem.severity == Severity::kError) {
        result_.errors.push_back(problem);
      } else if (!is_crossbars && problem.cause == Cause::kUnknownKey && !IsWithin(problem.path, "workers")) {
        result_.errors.push_back(problem);
      } else if (!is_crossbars && problem.cause == Cause::kNoEffect && !IsWithin(problem.path, "workers")) {
        result_.left_out.push_back(problem);
      }
    }
  }

  void CheckIds() {
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const auto [first, is_new] = seen.try_emplace(ids_[i], i);
      if (is_new) continue;
      const Where where = Where().Key("workers").Index(i);
      result_.errors.push_back({Severity::kError, where.Key("id").text(),
                                fmt::format("the id {} is that of workers[{}], too: Crossbar does not start "
                                            "this file; give one of them another id",
                                            Quote(ids_[i]), first->second)});
    }
  }

  void CarryWorkers(const Problems& problems) {
    const DocumentIndex index(document_);
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (!IsProxy(i)) continue;
      CarriedWorker carried =
          CarryOver(node_.workers(static_cast<int>(i)), i, problems, index, result_.left_out);
      carried.worker.set_id(ids_[i]);
      ++result_.proxy_workers;
      carried_.push_back(std::move(carried));
    }
  }

  void BuildWampgate() {
    std::vector<CarriedWorker> going;
    for (const CarriedWorker& worker : carried_) {
      if (!worker.stays) going.push_back(worker);
    }
    merged_ = MergeAlike(std::move(going));
    if (merged_.empty()) return;
    v1::Node node;
    node.set_version(node_.has_version() ? node_.version() : 2);
    if (result_.node_id) node.mutable_controller()->set_id(*result_.node_id);
    if (node_.has_limits()) *node.mutable_limits() = node_.limits();
    for (const MergedWorker& worker : merged_) *node.add_workers() = worker.first.worker;
    const v1::Node before = node;
    Relocate(node);
    Check(node);
    left_over_ = LeftOver(document_, carried_, ids_);
    for (auto& line : DescribeRouterSockets(before, left_over_)) result_.remarks.push_back(std::move(line));
    for (auto& line : DescribeListeners(before)) result_.remarks.push_back(std::move(line));
    for (const std::string& name : missing_) {
      result_.remarks.push_back(
          fmt::format("environment variable {}: is not set here; wampgated check and "
                      "run need it, as Crossbar did",
                      name));
    }
    result_.joins_by_key = JoinsByKey(node);
    result_.wampgate = WriteJson(node);
  }

  void Relocate(v1::Node& node) {
    if (source_.node_directory == source_.output_directory) {
      result_.remarks.push_back(
          fmt::format("relative paths start in {}, as before", source_.output_directory));
      return;
    }
    result_.remarks.push_back(
        fmt::format("relative paths of crossbar.json start in {}, wherever the file lies, if Crossbar is "
                    "started with --cbdir {}",
                    source_.node_directory, source_.node_directory));
    std::vector<Relocation> moved = MakePathsAbsolute(node, source_.node_directory);
    for (Relocation& path : moved) {
      ToPlacesOfTheFile(path.where);
      result_.remarks.push_back(
          path.after.empty()
              ? fmt::format(
                    "{}: {} begins with a variable and is as it was: if it is relative, it now starts "
                    "in {}",
                    path.where, Quote(path.before), source_.output_directory)
              : fmt::format("{}: {} is {} now, since wampgate.json lies elsewhere", path.where,
                            Quote(path.before), Quote(path.after)));
    }
  }

  void Check(const v1::Node& node) {
    Variables variables(environment_, node);
    Environment environment = environment_;
    environment.node_directory = source_.output_directory;
    environment.variable = [&variables](const std::string& name) { return variables.Read(name); };
    Resolution resolution = Resolve(node, environment);
    std::set<std::string> complained;
    for (const Problem& problem : result_.errors) complained.insert(problem.path);
    for (Problem& problem : resolution.problems) {
      if (problem.severity != Severity::kError) continue;
      ToPlacesOfTheFile(problem.path);
      std::string first = problem.message.substr(0, problem.message.find(' '));
      const std::string rest = problem.message.substr(first.size());
      ToPlacesOfTheFile(first);
      problem.message = first + rest;
      if (!complained.contains(problem.path)) result_.errors.push_back(std::move(problem));
    }
    missing_ = variables.missing();
  }

  /// Turns a path in wampgate.json into that in the file.
  void ToPlacesOfTheFile(std::string& path) const {
    for (std::size_t i = 0; i < merged_.size(); ++i) {
      const std::string worker = Where().Key("workers").Index(i).text();
      if (!IsWithin(path, worker)) continue;
      const CarriedWorker& first = merged_[i].first;
      const Where before = Where().Key("workers").Index(first.place);
      std::string rest = path.substr(worker.size());
      for (std::size_t t = 0; t < first.transports.size(); ++t) {
        const std::string transport = Where().Key("transports").Index(t).text();
        if (!rest.starts_with('.') || !IsWithin(rest.substr(1), transport)) continue;
        rest = "." + Where().Key("transports").Index(first.transports[t]).text() +
               rest.substr(1 + transport.size());
        break;
      }
      path = before.text() + rest;
      return;
    }
  }

  void DescribeRest() {
    if (merged_.empty()) left_over_ = LeftOver(document_, carried_, ids_);
    for (const MergedWorker& worker : merged_) {
      std::vector<std::string> places;
      for (const std::size_t place : worker.places) places.push_back(fmt::format("workers[{}]", place));
      std::string line = fmt::format("worker {}: {}", worker.first.worker.id(), fmt::join(places, ", "));
      if (places.size() > 1) {
        line += fmt::format(", alike but for id and title: one worker with {} processes",
                            worker.first.worker.options().processes().count());
      }
      result_.wampgate_workers.push_back(std::move(line));
    }
    for (std::size_t i = 0; i < ids_.size(); ++i) DescribeLeftWorker(i);
    if (result_.crossbar_workers.empty()) return;
    result_.crossbar = ToJson(left_over_, 2) + "\n";
    result_.authorized_keys = FindAuthorizedKeys(left_over_);
    if (source_.format == Format::kJson) return;
    for (auto& line : DescribeOldBooleans(left_over_)) result_.remarks.push_back(std::move(line));
    result_.remarks.emplace_back("comments of the YAML file are not carried over");
  }

  void DescribeLeftWorker(std::size_t place) {
    const Value& worker = document_.Find("workers")->items[place];
    const Value* type = worker.Find("type");
    std::string line = fmt::format("worker {}: workers[{}], {}", ids_[place], place, type ? type->text : "");
    const auto carried = std::find_if(carried_.begin(), carried_.end(),
                                      [place](const CarriedWorker& one) { return one.place == place; });
    if (carried != carried_.end() && !carried->stays) {
      if (carried->staying.empty()) return;
      std::vector<std::string> transports;
      for (const std::size_t t : carried->staying) transports.push_back(fmt::format("transports[{}]", t));
      line += fmt::format(", only {}", fmt::join(transports, ", "));
    }
    result_.crossbar_workers.push_back(std::move(line));
  }

  Migration Failed() {
    Migration failed;
    failed.errors = std::move(result_.errors);
    return failed;
  }

  Problems& Sort(Problems& problems) const {
    Locate(document_, problems);
    std::sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
      return std::tie(a.line, a.column, a.path, a.message) < std::tie(b.line, b.column, b.path, b.message);
    });
    return problems;
  }

  const MigrationSource& source_;
  const Environment& environment_;
  Migration result_;
  Value document_;
  v1::Node node_;
  std::vector<std::string> ids_;
  std::vector<CarriedWorker> carried_;
  std::vector<MergedWorker> merged_;
  Value left_over_;
  std::set<std::string> missing_;
};

void Section(std::string_view headline, const std::vector<std::string>& lines, std::string& text) {
  if (lines.empty()) return;
  text += fmt::format("{}\n", headline);
  for (const std::string& line : lines) text += fmt::format("  {}\n", line);
}

}  // namespace

Migration Migrate(const MigrationSource& source, const Environment& environment) {
  return Splitter(source, environment).Split();
}

std::string Report(const Migration& migration) {
  std::string text;
  std::vector<std::string> left_out;
  for (const Problem& problem : migration.left_out) left_out.push_back(ToString(problem));
  Section("wampgate.json has", migration.wampgate_workers, text);
  Section("crossbar.json has", migration.crossbar_workers, text);
  Section("not carried over", left_out, text);
  Section("to know", migration.remarks, text);
  return text;
}

}  // namespace wampgate::config
