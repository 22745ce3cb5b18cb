#include "router/dealer.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/ids.hpp"
#include "wamp/uri.hpp"

namespace wampgate::router {

using nlohmann::json;
using wamp::MessageType;

void Dealer::Register(Member& member, const Request& request) {
  const auto match = MatchPolicy(request.options);
  const auto invoke = request.options.find("invoke");
  if (!match || (invoke != request.options.end() && !invoke->is_null() && *invoke != "single")) {
    return SendError(member, request.type, request.id, wamp::uri::kOptionNotAllowed,
                     "this router registers by exact and prefix match, one callee each");
  }
  if (!CheckUri(member, request, *match)) return;
  if (!member.permissions().Allows(Action::kRegister, request.uri)) {
    return SendError(member, request.type, request.id, wamp::uri::kNotAuthorized,
                     fmt::format("role \"{}\" may not register \"{}\"", member.authrole(), request.uri));
  }
  auto& index = Index(*match);
  if (index.contains(request.uri)) {
    return SendError(member, request.type, request.id, wamp::uri::kProcedureAlreadyExists,
                     fmt::format("procedure \"{}\" is already registered", request.uri));
  }
  std::uint64_t id = RandomWampId();
  while (registrations_.contains(id)) id = RandomWampId();
  registrations_[id] = {.id = id, .uri = request.uri, .match = *match, .callee = &member};
  index.emplace(request.uri, id);
  by_member_[&member].insert(id);
  MessageBuilder builder(member.serializer(), MessageType::kRegistered, 3);
  member.Deliver(builder.Id(request.id).Id(id).Finish());
}

void Dealer::Unregister(Member& member, std::uint64_t request, std::uint64_t registration) {
  if (by_member_[&member].erase(registration) == 0) {
    return SendError(member, MessageType::kUnregister, request, wamp::uri::kNoSuchRegistration,
                     fmt::format("this session has no registration {}", registration));
  }
  Drop(registration);
  MessageBuilder builder(member.serializer(), MessageType::kUnregistered, 2);
  member.Deliver(builder.Id(request).Finish());
}

void Dealer::Drop(std::uint64_t id) {
  const auto found = registrations_.find(id);
  if (found == registrations_.end()) return;
  Index(found->second.match).erase(found->second.uri);
  registrations_.erase(found);
}

Dealer::Registration* Dealer::Find(const std::string& procedure) {
  if (const auto exact = exact_.find(procedure); exact != exact_.end())
    return &registrations_.at(exact->second);
  if (IsReserved(procedure)) return nullptr;  // a prefix such as "wam" or "" covers none of these
  Registration* longest = nullptr;
  for (const auto& [uri, id] : prefix_) {
    if (Covers(uri, Match::kPrefix, procedure))
      longest = &registrations_.at(id);  // sorted: longer ones come later
  }
  return longest;
}

void Dealer::Call(Member& caller, const Request& request) {
  if (!CheckUri(caller, request, Match::kExact)) return;
  if (!caller.permissions().Allows(Action::kCall, request.uri)) {
    return SendError(caller, request.type, request.id, wamp::uri::kNotAuthorized,
                     fmt::format("role \"{}\" may not call \"{}\"", caller.authrole(), request.uri));
  }
  const Registration* registration = Find(request.uri);
  if (registration == nullptr) {
    return SendError(caller, request.type, request.id, wamp::uri::kNoSuchProcedure,
                     fmt::format("no callee registered for procedure <{}>", request.uri));
  }
  SendInvocation(caller, request, *registration);
}

void Dealer::SendInvocation(Member& caller, const Request& request, const Registration& registration) {
  json details = json::object();
  if (registration.match != Match::kExact) details["procedure"] = request.uri;
  const bool wants_progress = Flag(request.options, "receive_progress");
  if (wants_progress) details["receive_progress"] = true;
  if (Flag(request.options, "disclose_me") || caller.permissions().Discloses(Action::kCall, request.uri)) {
    details["caller"] = caller.id();
    details["caller_authid"] = caller.authid();
    details["caller_authrole"] = caller.authrole();
  }
  Member& callee = *registration.callee;
  const std::uint64_t id = ++next_invocation_;
  MessageBuilder builder(callee.serializer(), MessageType::kInvocation, 4 + request.payload.elements());
  builder.Id(id).Id(registration.id).Document(details);
  if (const auto outcome = builder.Append(request.payload, callee.max_message_size()); !outcome.ok()) {
    return SendError(caller, request.type, request.id, UriOf(outcome),
                     fmt::format("the arguments cannot be passed to the callee: {}", outcome.detail));
  }
  invocations_[id] = {
      .caller = &caller, .request = request.id, .callee = &callee, .wants_progress = wants_progress};
  calls_[{&caller, request.id}] = id;
  callee.Deliver(builder.Finish());
}

Dealer::Invocation* Dealer::Answered(Member& callee, std::uint64_t invocation) {
  const auto found = invocations_.find(invocation);
  return found == invocations_.end() || found->second.callee != &callee ? nullptr : &found->second;
}

void Dealer::Forget(std::uint64_t id) {
  const auto found = invocations_.find(id);
  if (found == invocations_.end()) return;
  const auto call = calls_.find({found->second.caller, found->second.request});
  if (call != calls_.end() && call->second == id) calls_.erase(call);  // not a later call of the same number
  invocations_.erase(found);
}

void Dealer::Yield(Member& callee, std::uint64_t id, const json& options, const Payload& payload) {
  Invocation* invocation = Answered(callee, id);
  if (invocation == nullptr) return;  // cancelled meanwhile
  const bool progress = Flag(options, "progress");
  Member* caller = invocation->caller;
  const std::uint64_t request = invocation->request;
  const bool wanted = caller != nullptr && (!progress || invocation->wants_progress);
  if (!wanted) {
    if (!progress) Forget(id);
    return;
  }
  const json details = progress ? json({{"progress", true}}) : json::object();
  MessageBuilder builder(caller->serializer(), MessageType::kResult, 3 + payload.elements());
  builder.Id(request).Document(details);
  if (const auto outcome = builder.Append(payload, caller->max_message_size()); !outcome.ok()) {
    if (progress) Interrupt(*invocation, id, "killnowait");
    Forget(id);
    return SendError(*caller, MessageType::kCall, request, UriOf(outcome),
                     fmt::format("the result cannot be passed to the caller: {}", outcome.detail));
  }
  if (!progress) Forget(id);
  caller->Deliver(builder.Finish());
}

void Dealer::Fail(Member& callee, std::uint64_t id, const json& details, std::string_view uri,
                  const Payload& payload) {
  const Invocation* invocation = Answered(callee, id);
  if (invocation == nullptr) return;
  Member* caller = invocation->caller;
  const std::uint64_t request = invocation->request;
  Forget(id);
  if (caller == nullptr) return;
  MessageBuilder builder(caller->serializer(), MessageType::kError, 5 + payload.elements());
  builder.Id(static_cast<std::uint64_t>(MessageType::kCall)).Id(request).Document(details).Text(uri);
  if (const auto outcome = builder.Append(payload, caller->max_message_size()); !outcome.ok()) {
    return SendError(*caller, MessageType::kCall, request, uri,
                     fmt::format("the error's arguments cannot be passed to the caller: {}", outcome.detail));
  }
  caller->Deliver(builder.Finish());
}

void Dealer::Interrupt(const Invocation& invocation, std::uint64_t id, std::string_view mode) {
  if (!invocation.callee->takes_interrupt()) return;
  MessageBuilder builder(invocation.callee->serializer(), MessageType::kInterrupt, 3);
  invocation.callee->Deliver(builder.Id(id).Document(json({{"mode", mode}})).Finish());
}

void Dealer::Cancel(Member& caller, std::uint64_t request, Cancelling mode) {
  const auto call = calls_.find({&caller, request});
  if (call == calls_.end()) return;  // answered already
  const std::uint64_t id = call->second;
  Invocation& invocation = invocations_.at(id);
  if (mode != Cancelling::kSkip && invocation.callee->takes_interrupt()) {
    Interrupt(invocation, id, mode == Cancelling::kKill ? "kill" : "killnowait");
    if (mode == Cancelling::kKill) return;  // the callee's ERROR ends the call
  }
  invocation.caller = nullptr;
  calls_.erase(call);
  SendError(caller, MessageType::kCall, request, wamp::uri::kCanceled,
            "the call was cancelled by its caller");
}

void Dealer::Leave(Member& member) {
  if (const auto mine = by_member_.find(&member); mine != by_member_.end()) {
    for (const std::uint64_t id : mine->second) Drop(id);
    by_member_.erase(mine);
  }
  std::vector<std::uint64_t> ended;
  for (auto& [id, invocation] : invocations_) {
    if (invocation.callee == &member) {
      ended.push_back(id);
    } else if (invocation.caller == &member) {
      Interrupt(invocation, id, "killnowait");
      calls_.erase({&member, invocation.request});
      invocation.caller = nullptr;
    }
  }
  for (const std::uint64_t id : ended) {
    const Invocation invocation = invocations_.at(id);
    Forget(id);
    if (invocation.caller == nullptr || invocation.caller == &member) continue;
    SendError(*invocation.caller, MessageType::kCall, invocation.request, wamp::uri::kCanceled,
              "the callee has left while it worked on the call");
  }
}

}  // namespace wampgate::router
