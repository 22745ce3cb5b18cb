// session list, get, close, ended, watch and trace.

#include <google/protobuf/util/time_util.h>
#include <wampgate/v1/session_service.grpc.pb.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "commands/commands.hpp"
#include "operation_progress.hpp"

namespace wampgate::ctl {
namespace {

using google::protobuf::util::TimeUtil;

std::unique_ptr<v1::SessionService::Stub> Service(const Invocation& invocation) {
  return v1::SessionService::NewStub(Connect(invocation.target));
}

std::string Parent(const std::string& worker) {
  return worker.starts_with("workers/") ? worker : "workers/" + worker;
}

std::string Short(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 7200) return std::to_string(seconds / 60) + "m";
  if (seconds < 172800) return std::to_string(seconds / 3600) + "h";
  return std::to_string(seconds / 86400) + "d";
}

std::string Octets(std::uint64_t count) {
  constexpr const char* kUnits[] = {"", "K", "M", "G", "T"};
  double amount = static_cast<double>(count);
  std::size_t unit = 0;
  for (; amount >= 10000 && unit + 1 < std::size(kUnits); ++unit) amount /= 1024;
  return std::to_string(static_cast<std::uint64_t>(amount)) + kUnits[unit];
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

/// "workers/edge/backends/first" → "first"; "workers/edge/transports/web/paths/ws" → "web/ws".
std::string ShortName(const std::string& name) {
  const std::size_t transport = name.find("/transports/");
  if (transport == name.npos) return OrDash(LastPart(name));
  std::string rest = name.substr(transport + 12);
  for (std::size_t at = rest.find("/paths/"); at != rest.npos; at = rest.find("/paths/"))
    rest.replace(at, 7, "/");
  return rest;
}

/// "workers/edge/sessions/1234" → "edge/1234", which `session get` takes.
std::string ShortSession(const std::string& name) {
  const std::size_t sessions = name.find("/sessions/");
  return sessions == name.npos ? OrDash(name)
                               : name.substr(8, sessions - 8) + "/" + name.substr(sessions + 10);
}

std::string LongSession(const std::string& name) {
  const std::size_t slash = name.find('/');
  if (name.starts_with("workers/") || slash == name.npos) return name;
  return "workers/" + name.substr(0, slash) + "/sessions/" + name.substr(slash + 1);
}

std::string Clock(const google::protobuf::Timestamp& time) {
  const std::string text = TimeUtil::ToString(time);  // "2026-01-02T03:04:05.123456789Z"
  const std::string second = text.substr(0, 19);
  char milliseconds[8];
  std::snprintf(milliseconds, sizeof milliseconds, ".%03dZ", time.nanos() / 1'000'000);
  return second + milliseconds;
}

void SayUnreachable(const google::protobuf::RepeatedPtrField<std::string>& unreachable) {
  for (const std::string& process : unreachable) {
    std::cerr << "wampgatectl: not in this list: " << Printable(process) << "\n";
  }
}

/// Which sessions, and how many.
struct Wanted {
  std::string worker = "-";
  std::string filter;
  std::string order_by;
  int most = 1000;
};

void PrintSessions(const v1::ListSessionsResponse& sessions) {
  Table table({"SESSION", "REALM", "ROLE", "AUTHID", "PEER", "VIA", "BACKEND", "AGE", "IDLE", "MSG IN",
               "MSG OUT", "BUFFERED"});
  for (const auto& session : sessions.sessions()) {
    table.Add({ShortSession(session.name()), OrDash(session.realm()), OrDash(session.role()),
               OrDash(session.authid()), session.peer(), ShortName(session.transport()),
               ShortName(session.backend()), Short(session.age().seconds()), Short(session.idle().seconds()),
               std::to_string(session.messages_from_client()), std::to_string(session.messages_to_client()),
               Octets(session.buffered_to_client())});
  }
  table.Print();
}

ExitCode List(const Invocation& invocation, const Wanted& wanted) {
  const auto stub = Service(invocation);
  v1::ListSessionsRequest request;
  request.set_parent(Parent(wanted.worker));
  request.set_filter(wanted.filter);
  request.set_order_by(wanted.order_by);
  v1::ListSessionsResponse all;
  do {
    v1::ListSessionsResponse page;
    request.set_page_size(std::min(1000, wanted.most - all.sessions_size()));
    const auto context = NewContext(invocation.target);
    if (const auto status = stub->ListSessions(context.get(), request, &page); !status.ok()) {
      return Report(status, invocation.target);
    }
    all.mutable_sessions()->MergeFrom(page.sessions());
    *all.mutable_unreachable() = page.unreachable();
    all.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && all.sessions_size() < wanted.most);
  if (invocation.output == Output::kTable) {
    PrintSessions(all);
  } else if (invocation.output == Output::kName) {
    for (const auto& session : all.sessions()) std::cout << session.name() << "\n";
  } else {
    Print(invocation.output, AsJson(all));
  }
  SayUnreachable(all.unreachable());
  if (!all.next_page_token().empty()) {
    std::cerr << "wampgatectl: there are more than these " << all.sessions_size()
              << " (--most, or --filter)\n";
  }
  return kOk;
}

void PrintSession(const v1::Session& session) {
  const auto line = [](const char* label, const std::string& value) {
    std::printf("%-12s %s\n", label, Printable(value).c_str());
  };
  const auto flow = [](std::uint64_t messages, std::uint64_t octets, double rate) {
    char text[96];
    std::snprintf(text, sizeof text, "%llu messages, %s octets, %.1f messages/s",
                  static_cast<unsigned long long>(messages), Octets(octets).c_str(), rate);
    return std::string(text);
  };
  line("session", session.name());
  line("process", session.process());
  line("realm", session.realm());
  line("role", OrDash(session.role()));
  line("authid", OrDash(session.authid()));
  line("authmethod", OrDash(session.authmethod()));
  line("peer", session.peer());
  line("user agent", OrDash(session.user_agent()));
  line("transport",
       session.transport() + " (" + session.framing() + ", " + session.client_serializer() + ")");
  line("backend", session.backend().empty() ? "- (embedded router)"
                                            : session.backend() + " (" + session.backend_serializer() + ")");
  line("began", Clock(session.start_time()) + " (" + Short(session.age().seconds()) + " ago, idle for " +
                    Short(session.idle().seconds()) + ")");
  line("from client", flow(session.messages_from_client(), session.octets_from_client(),
                           session.message_rate_from_client()));
  line("to client",
       flow(session.messages_to_client(), session.octets_to_client(), session.message_rate_to_client()));
  line("buffered", Octets(session.buffered_to_client()) + " octets to the client, " +
                       Octets(session.buffered_to_backend()) + " to the backend");
}

ExitCode Get(const Invocation& invocation, const std::string& name) {
  v1::GetSessionRequest request;
  request.set_name(LongSession(name));
  v1::Session session;
  const auto context = NewContext(invocation.target);
  if (const auto status = Service(invocation)->GetSession(context.get(), request, &session); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output == Output::kTable) {
    PrintSession(session);
  } else if (invocation.output == Output::kName) {
    std::cout << session.name() << "\n";
  } else {
    Print(invocation.output, AsJson(session));
  }
  return kOk;
}

struct Closing {
  v1::CloseSessionsRequest request;
  std::string name, filter, worker = "-";
  bool all = false, wait = false;
  std::uint32_t retry_after = 0;
};

ExitCode Close(const Invocation& invocation, const Closing& closing) {
  v1::CloseSessionsRequest request = closing.request;
  request.set_parent(Parent(closing.worker));
  request.set_filter(closing.all ? "all" : closing.filter);
  if (!closing.name.empty()) {
    const std::string name = LongSession(closing.name);
    request.set_parent(name.substr(0, name.find("/sessions/")));
    request.set_filter("name = \"" + name + "\"");
  }
  if (closing.retry_after != 0) request.mutable_retry_after()->set_seconds(closing.retry_after);
  google::longrunning::Operation operation;
  const auto context = NewContext(invocation.target);
  if (const auto status = Service(invocation)->CloseSessions(context.get(), request, &operation);
      !status.ok()) {
    return Report(status, invocation.target);
  }
  ExitCode code = kOk;
  if (closing.wait) code = AwaitOperation(invocation, std::chrono::seconds(0), operation);
  if (invocation.output == Output::kName) {
    std::cout << operation.name() << "\n";
  } else if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(operation));
  } else {
    v1::CloseSessionsProgress progress;
    v1::CloseSessionsResult result;
    operation.metadata().UnpackTo(&progress);
    operation.response().UnpackTo(&result);
    const std::string total = std::to_string(progress.sessions_total());
    if (request.validate_only()) {
      std::cout << total << " sessions match; none was closed\n";
    } else if (operation.done() && !operation.has_error()) {
      std::cout << "closed " << (progress.sessions_total() == 0 ? 0 : result.sessions_closed()) << " of "
                << total << " sessions\n";
    } else {
      std::cout << "closing " << total << " sessions: " << operation.name() << " (wampgatectl operation wait "
                << LastPart(operation.name()) << ")\n";
    }
  }
  return code;
}

std::string StageText(v1::EndedSession::Stage stage) {
  return EnumText(v1::EndedSession::Stage_Name(stage));
}

/// What went wrong, the backend's own words included.
std::string Detail(const v1::EndedSession& ended) {
  std::string text = ended.detail();
  if (!ended.backend_reason().empty() && text.find(ended.backend_reason()) == text.npos) {
    text += (text.empty() ? "" : "; ") + ("backend: " + ended.backend_reason());
  }
  if (!ended.backend_message().empty() && text.find(ended.backend_message()) == text.npos) {
    text += ": " + ended.backend_message();
  }
  return OrDash(text);
}

ExitCode ListEnded(const Invocation& invocation, const Wanted& wanted) {
  const auto stub = Service(invocation);
  v1::ListEndedRequest request;
  request.set_parent(Parent(wanted.worker));
  request.set_filter(wanted.filter);
  v1::ListEndedResponse all;
  do {
    v1::ListEndedResponse page;
    request.set_page_size(std::min(1000, wanted.most - all.ended_size()));
    const auto context = NewContext(invocation.target);
    if (const auto status = stub->ListEnded(context.get(), request, &page); !status.ok()) {
      return Report(status, invocation.target);
    }
    all.mutable_ended()->MergeFrom(page.ended());
    *all.mutable_unreachable() = page.unreachable();
    all.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && all.ended_size() < wanted.most);
  if (invocation.output == Output::kTable) {
    Table table({"ENDED", "STAGE", "REASON", "REALM", "AUTHID", "PEER", "VIA", "BACKEND", "AGE", "DETAIL"});
    for (const auto& ended : all.ended()) {
      table.Add({Clock(ended.end_time()), StageText(ended.stage()), ended.reason(), OrDash(ended.realm()),
                 OrDash(ended.authid()), ended.peer(), ShortName(ended.transport()),
                 ShortName(ended.backend()), Short(ended.age().seconds()), Detail(ended)});
    }
    table.Print();
  } else if (invocation.output == Output::kName) {
    for (const auto& ended : all.ended()) {
      if (!ended.session().empty()) std::cout << ended.session() << "\n";
    }
  } else {
    Print(invocation.output, AsJson(all));
  }
  SayUnreachable(all.unreachable());
  return kOk;
}

void PrintLine(const Invocation& invocation, const google::protobuf::Message& message,
               const std::string& line) {
  if (invocation.output == Output::kTable || invocation.output == Output::kName) {
    std::cout << Printable(line) << std::endl;
  } else {
    std::cout << OneLine(AsJson(message)) << std::endl;
  }
}

ExitCode Watch(const Invocation& invocation, const Wanted& wanted) {
  v1::WatchSessionsRequest request;
  request.set_parent(Parent(wanted.worker));
  request.set_filter(wanted.filter);
  const auto context = NewEndlessContext(invocation.target);
  const auto stub = Service(invocation);
  const auto reader = stub->WatchSessions(context.get(), request);
  v1::SessionEvent event;
  while (reader->Read(&event)) {
    const v1::Session& session = event.session();
    std::string line = EnumText(v1::SessionEvent::Kind_Name(event.kind()));
    line.resize(8, ' ');
    line += ShortSession(session.name()) + "  " + session.realm() + "  " + OrDash(session.authid()) + "  " +
            session.peer() + "  " + ShortName(session.backend());
    if (event.has_end()) line += "  " + event.end().reason() + "  " + Detail(event.end());
    PrintLine(invocation, event, line);
  }
  return Report(reader->Finish(), invocation.target);
}

ExitCode Trace(const Invocation& invocation, const std::string& name, const std::string& authid) {
  v1::TraceSessionsRequest request;
  if (!authid.empty()) {
    request.set_authid(authid);
  } else {
    request.set_name(LongSession(name));
  }
  const auto context = NewEndlessContext(invocation.target);
  const auto stub = Service(invocation);
  const auto reader = stub->TraceSessions(context.get(), request);
  v1::TracedMessage message;
  while (reader->Read(&message)) {
    const bool from_client = message.direction() == v1::TracedMessage::FROM_CLIENT;
    std::string type = message.type();
    type.resize(std::max<std::size_t>(type.size(), 12), ' ');
    PrintLine(invocation, message,
              Clock(message.time()) + "  " + ShortSession(message.session()) +
                  (from_client ? "  client > " : "  client < ") + type + " " +
                  std::to_string(message.request()) + "  " + std::to_string(message.octets()) + " octets " +
                  message.serializer() + "  " + message.outcome() +
                  (message.uri().empty() ? "" : "  " + message.uri()));
  }
  return Report(reader->Finish(), invocation.target);
}

}  // namespace

void AddSessionCommands(CLI::App& app, Invocation& invocation) {
  v1::CloseSessionsProgress::descriptor();
  auto* noun = app.add_subcommand("session", "Client sessions: those that live, and how others ended");
  noun->require_subcommand(1);
  const auto choose = [](CLI::App* command, const std::shared_ptr<Wanted>& wanted) {
    command->add_option("--worker", wanted->worker, "Only of this worker")->option_text("WORKER");
    command
        ->add_option("--filter", wanted->filter,
                     "Terms joined by AND: realm = \"realm1\" AND age > 3600s AND peer:192.0.2.")
        ->option_text("FILTER");
  };
  const auto page = [](CLI::App* command, const std::shared_ptr<Wanted>& wanted) {
    command->add_option("--most", wanted->most, "Show at most so many")
        ->option_text("1...100000 [1000]")
        ->check(CLI::Range(1, 100000));
  };
  auto* list = noun->add_subcommand("list", "The sessions that live");
  auto listed = std::make_shared<Wanted>();
  choose(list, listed);
  page(list, listed);
  list->add_option("--order-by", listed->order_by, "As in \"age desc\" or \"buffered_to_client desc\"")
      ->option_text("FIELD [desc]");
  list->footer("Example: wampgatectl session list --filter 'authid = \"alice\"' --order-by 'idle desc'");
  list->callback([&invocation, listed] {
    invocation.run = [&invocation, listed] { return List(invocation, *listed); };
  });

  auto* get = noun->add_subcommand("get", "One session as it stands");
  auto name = std::make_shared<std::string>();
  get->add_option("session", *name, "WORKER/ID, as `session list` shows it")->required();
  get->footer("Example: wampgatectl session get edge/7731935201348126");
  get->callback(
      [&invocation, name] { invocation.run = [&invocation, name] { return Get(invocation, *name); }; });

  auto* close = noun->add_subcommand("close", "End one session, or all that a filter names");
  auto closing = std::make_shared<Closing>();
  auto* which = close->add_option_group("which");
  which->add_option("session", closing->name, "WORKER/ID");
  which->add_option("--filter", closing->filter, "As for `session list`")->option_text("FILTER");
  which->add_flag("--all", closing->all, "All sessions");
  which->require_option(1);
  close->add_option("--worker", closing->worker, "Only of this worker")->option_text("WORKER");
  const auto set = [close, closing]<typename Value>(const char* flag, const char* help, auto setter, Value) {
    return close->add_option_function<Value>(
        flag, [closing, setter](const Value& value) { setter(closing->request, value); }, help);
  };
  set(
      "--rate", "So many per second and process; 0: all at once",
      [](auto& request, std::uint32_t value) { request.set_rate(value); }, std::uint32_t{});
  set(
      "--reason", "Reason URI of the GOODBYE",
      [](auto& request, const std::string& value) { request.set_reason(value); }, std::string{});
  set(
      "--message", "Text of the GOODBYE",
      [](auto& request, const std::string& value) { request.set_message(value); }, std::string{});
  set(
      "--code", "Code of the WebSocket close (default 1001)",
      [](auto& request, std::uint32_t value) { request.set_websocket_code(value); }, std::uint32_t{});
  close->add_option("--retry-after", closing->retry_after, "Ask the clients to stay away for so many seconds")
      ->option_text("SECONDS");
  close->add_flag_callback(
      "--dry-run", [closing] { closing->request.set_validate_only(true); }, "Only count them");
  close->add_flag("--wait", closing->wait, "Wait until it is done; a line on stderr shows how far it is");
  close->footer(
      "Example: wampgatectl session close --filter 'age > 86400s' --rate 50 --retry-after 30 --wait");
  close->callback([&invocation, closing] {
    invocation.run = [&invocation, closing] { return Close(invocation, *closing); };
  });

  auto* ended = noun->add_subcommand("ended", "How sessions ended and who was refused, newest first");
  auto endings = std::make_shared<Wanted>();
  endings->most = 100;
  choose(ended, endings);
  page(ended, endings);
  ended->footer(
      "Example: wampgatectl session ended --filter 'reason = backend_refused AND realm = \"realm1\"'");
  ended->callback([&invocation, endings] {
    invocation.run = [&invocation, endings] { return ListEnded(invocation, *endings); };
  });

  auto* watch = noun->add_subcommand("watch", "Sessions as they begin and end, until interrupted");
  auto watched = std::make_shared<Wanted>();
  choose(watch, watched);
  watch->footer("Example: wampgatectl session watch --filter 'realm = \"realm1\"'");
  watch->callback([&invocation, watched] {
    invocation.run = [&invocation, watched] { return Watch(invocation, *watched); };
  });

  auto* trace =
      noun->add_subcommand("trace", "The messages of a session as they pass, without their payload");
  auto traced = std::make_shared<std::pair<std::string, std::string>>();
  auto* subject = trace->add_option_group("subject");
  subject->add_option("session", traced->first, "WORKER/ID");
  subject->add_option("--authid", traced->second, "All sessions of the authid, those to come too");
  subject->require_option(1);
  trace->footer("Example: wampgatectl session trace --authid alice");
  trace->callback([&invocation, traced] {
    invocation.run = [&invocation, traced] { return Trace(invocation, traced->first, traced->second); };
  });
}

}  // namespace wampgate::ctl
