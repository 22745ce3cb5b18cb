#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <wampgate/v1/session_service.grpc.pb.h>

#include <chrono>
#include <memory>

#include "config/filter.hpp"
#include "management/grpc_status.hpp"
#include "management/item_writer.hpp"
#include "management/listing.hpp"
#include "management/services.hpp"
#include "management/session_listing.hpp"

namespace wampgate::management {
namespace {

using supervisor::ProcessAnswer;
using Answers = StatusOr<std::vector<ProcessAnswer>>;

constexpr std::chrono::seconds kAskDeadline{10};

grpc::Status EndOf(const google::rpc::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message()};
}

/// `name = "…"` for one session.
internal::Query QueryForOne(const std::string& name) {
  internal::Query query;
  query.mutable_list_sessions()->set_filter(fmt::format("name = \"{}\"", name));
  query.mutable_list_sessions()->set_limit(1);
  return query;
}

/// The one session that was asked for, or why it is not there.
StatusOr<v1::Session> OneOf(const Answers& answers, const std::string& name) {
  if (!answers.ok()) return answers.status();
  for (const ProcessAnswer& answer : *answers) {
    if (answer.answer.sessions().sessions_size() > 0) return answer.answer.sessions().sessions(0);
  }
  const auto unreachable = Unreachable(*answers);
  if (unreachable.empty()) return NotFound(fmt::format("there is no session {}", name));
  return Unavailable(
      fmt::format("no process that answered has session {}, and {}", name, unreachable.front()));
}

void EndGone(const auto& feed, const std::string& process) {
  feed->Finish({grpc::StatusCode::ABORTED,
                fmt::format("{} ended or lost its supervisor: what became of its sessions is not known here; "
                            "list them and begin anew",
                            process)});
}

/// True if the stream goes on.
bool TakeLoss(const auto& feed, const internal::StreamItem& item) {
  if (item.lost() == 0) return true;
  feed->Finish(
      {grpc::StatusCode::RESOURCE_EXHAUSTED,
       "items came faster than they were taken, and some are lost: begin anew, with a narrower filter"});
  return false;
}

class SessionService final : public v1::SessionService::CallbackService {
 public:
  explicit SessionService(supervisor::Supervisor& supervisor) : supervisor_(supervisor) {}

  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* context,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response) override {
    auto* reactor = context->DefaultReactor();
    const auto selector = SelectorOf(request->parent());
    const ListingRequest listing = ListingOf(*request);
    Status status = selector.status();
    if (status.ok()) status = KeepPage(listing, "sessions", *response);  // of nothing: checks what was asked
    if (!status.ok()) {
      reactor->Finish(ToGrpc(status));
      return reactor;
    }
    internal::Query query;
    query.mutable_list_sessions()->set_filter(request->filter());
    supervisor_.Ask(*selector, query, kAskDeadline, [reactor, response, listing](Answers answers) {
      if (const Status outcome = Outcome(answers); !outcome.ok()) {
        return reactor->Finish(ToGrpc(outcome));
      }
      for (ProcessAnswer& answer : *answers) {
        for (v1::Session& session : *answer.answer.mutable_sessions()->mutable_sessions()) {
          response->add_sessions()->Swap(&session);
        }
      }
      for (std::string& process : Unreachable(*answers)) response->add_unreachable(std::move(process));
      reactor->Finish(ToGrpc(KeepPage(listing, "sessions", *response)));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* context,
                                       const v1::GetSessionRequest* request, v1::Session* response) override {
    auto* reactor = context->DefaultReactor();
    const std::string& name = request->name();
    const auto selector = SelectorOfSession(name);
    if (!selector.ok()) {
      reactor->Finish(ToGrpc(selector.status()));
      return reactor;
    }
    supervisor_.Ask(*selector, QueryForOne(name), kAskDeadline,
                    [reactor, response, name](const Answers& answers) {
                      auto session = OneOf(answers, name);
                      if (session.ok()) response->Swap(&*session);
                      reactor->Finish(ToGrpc(session.status()));
                    });
    return reactor;
  }

  grpc::ServerUnaryReactor* CloseSessions(grpc::CallbackServerContext* context,
                                          const v1::CloseSessionsRequest* request,
                                          google::longrunning::Operation* response) override {
    auto* reactor = context->DefaultReactor();
    auto order = ReadOrder(*request);
    if (!order.ok()) {
      reactor->Finish(ToGrpc(order.status()));
      return reactor;
    }
    supervisor_.CloseSessions(*std::move(order),
                              [reactor, response](StatusOr<google::longrunning::Operation> operation) {
                                if (operation.ok()) response->Swap(&*operation);
                                reactor->Finish(ToGrpc(operation.status()));
                              });
    return reactor;
  }

  grpc::ServerUnaryReactor* ListEnded(grpc::CallbackServerContext* context,
                                      const v1::ListEndedRequest* request,
                                      v1::ListEndedResponse* response) override {
    auto* reactor = context->DefaultReactor();
    const auto selector = SelectorOf(request->parent());
    const auto page = ReadPage(*request);
    const auto filter = config::Filter::Parse(request->filter(), *v1::EndedSession::descriptor());
    for (const Status& status : {selector.status(), page.status(), Annotate(filter.status(), "filter")}) {
      if (status.ok()) continue;
      reactor->Finish(ToGrpc(status));
      return reactor;
    }
    internal::Query query;
    *query.mutable_list_ended() = QueryFor(*page, request->filter());
    supervisor_.Ask(*selector, query, kAskDeadline, [reactor, response, page = *page](Answers answers) {
      const Status outcome = Outcome(answers);
      if (outcome.ok()) FillPage(page, *std::move(answers), *response);
      reactor->Finish(ToGrpc(outcome));
    });
    return reactor;
  }

  grpc::ServerWriteReactor<v1::SessionEvent>* WatchSessions(
      grpc::CallbackServerContext* /*context*/, const v1::WatchSessionsRequest* request) override {
    ItemWriter<v1::SessionEvent>* reactor = nullptr;
    const auto feed = ItemWriter<v1::SessionEvent>::Make(reactor);
    const auto selector = SelectorOf(request->parent());
    const auto filter = config::Filter::Parse(request->filter(), *v1::Session::descriptor());
    if (!selector.ok() || !filter.ok()) {
      const Status wrong = Annotate(filter.status(), "filter");
      feed->Finish(ToGrpc(selector.ok() ? wrong : selector.status()));
      return reactor;
    }
    internal::Subscribe subscribe;
    subscribe.mutable_sessions()->set_filter(request->filter());
    const auto on_item = [feed](const std::string&, internal::StreamItem& item) {
      if (!TakeLoss(feed, item)) return;
      if (item.end()) return feed->Finish(EndOf(item.status()));
      feed->Push(std::move(*item.mutable_session()));
    };
    Subscribe(*reactor, feed, *selector, subscribe, on_item);
    return reactor;
  }

  grpc::ServerWriteReactor<v1::TracedMessage>* TraceSessions(
      grpc::CallbackServerContext* /*context*/, const v1::TraceSessionsRequest* request) override {
    ItemWriter<v1::TracedMessage>* reactor = nullptr;
    const auto feed = ItemWriter<v1::TracedMessage>::Make(reactor);
    StatusOr<supervisor::ProcessSelector> selector =
        InvalidArgument("subject: expected the name of a session, or an authid");
    if (!request->name().empty()) selector = SelectorOfSession(request->name());
    if (!request->authid().empty()) selector = supervisor::ProcessSelector{};
    if (!selector.ok()) {
      feed->Finish(ToGrpc(selector.status()));
      return reactor;
    }
    internal::Subscribe subscribe;
    *subscribe.mutable_trace() = *request;
    const auto on_item = [feed](const std::string&, internal::StreamItem& item) {
      if (!TakeLoss(feed, item)) return;
      if (item.end()) return feed->Finish(EndOf(item.status()));
      feed->Push(std::move(*item.mutable_traced()));
    };
    Subscribe(*reactor, feed, *selector, subscribe, on_item);
    if (request->name().empty()) return reactor;
    // Asked after it was subscribed to: a session that ends now is either not found or its end is told.
    supervisor_.Ask(*selector, QueryForOne(request->name()), kAskDeadline,
                    [feed, name = request->name()](const Answers& answers) {
                      const auto session = OneOf(answers, name);
                      if (!session.ok()) feed->Finish(ToGrpc(session.status()));
                    });
    return reactor;
  }

 private:
  void Subscribe(auto& reactor, const auto& feed, const supervisor::ProcessSelector& selector,
                 const internal::Subscribe& subscribe, const auto& on_item) {
    const std::uint64_t id =
        supervisor_.Subscribe(selector, subscribe,
                              {.on_item = on_item,
                               .on_gone = [feed](const std::string& process) { EndGone(feed, process); },
                               .on_refused = [feed](const Status& status) { feed->Finish(ToGrpc(status)); }});
    // The reactor lives until it is returned to gRPC, whatever was finished meanwhile.
    reactor.OnOver([this, id] { supervisor_.Unsubscribe(id); });
  }

  supervisor::Supervisor& supervisor_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSessionService(supervisor::Supervisor& supervisor) {
  return std::make_unique<SessionService>(supervisor);
}

}  // namespace wampgate::management
