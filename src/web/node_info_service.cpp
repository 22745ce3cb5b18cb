#include "web/node_info_service.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "base/timer_wheel.hpp"
#include "http/pages.hpp"
#include "http/token_list.hpp"
#include "web/node_info_page.hpp"

namespace wampgate::web {
namespace {

enum class Form : std::uint8_t { kHtml, kJson };

// JSON for those who ask for it and not for HTML as well (browsers list HTML).
Form WantedForm(const http::Request& request) {
  bool wants_json = false;
  for (const std::string_view element : http::SplitList(request.Header("accept"))) {
    const std::string_view type = http::Trim(element.substr(0, element.find(';')));
    if (http::EqualsIgnoringCase(type, "text/html")) return Form::kHtml;
    wants_json = wants_json || http::EqualsIgnoringCase(type, "application/json");
  }
  return wants_json ? Form::kJson : Form::kHtml;
}

// One request that waits for the source or the deadline, whichever comes first. Owned by the source's
// callback.
struct Question {
  ~Question() { Answer(Unavailable("the source gave the question up")); }

  std::shared_ptr<http::Responder> responder;
  Form form = Form::kHtml;
  std::string peer;
  Timer deadline;

  void Answer(const StatusOr<NodeInfo>& info) {
    if (responder == nullptr) return;
    deadline.Stop();
    if (!info.ok()) {
      log::Warning("web", "the node's state is not available for nodeinfo",
                   {{"error", Message(info.status())}});
      std::exchange(responder, nullptr)
          ->Send(http::ErrorPage(503, "Service Unavailable",
                                 "The state of the node is not available at the moment."));
      return;
    }
    http::Response response;
    const Visit visit{peer, ::getpid(), std::chrono::system_clock::now()};
    const bool is_json = form == Form::kJson;
    response.Set("Cache-Control", "no-store");
    response.Set("Content-Type", is_json ? "application/json; charset=utf-8" : "text/html; charset=utf-8");
    response.Set("Vary", "Accept");
    response.Set("X-Content-Type-Options", "nosniff");
    response.body = is_json ? NodeInfoJson(*info, visit) : NodeInfoHtml(*info, visit);
    std::exchange(responder, nullptr)->Send(std::move(response));
  }
};

}  // namespace

NodeInfoService::NodeInfoService(std::shared_ptr<NodeInfoSource> source, std::chrono::milliseconds deadline)
    : source_(std::move(source)), deadline_(deadline) {}

void NodeInfoService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (std::optional<http::Response> refusal = http::RefuseUnlessGet(request)) {
    return responder->Send(*std::move(refusal));
  }
  auto question = std::make_shared<Question>();
  question->form = WantedForm(request);
  question->peer = std::move(request.peer);
  TimerWheel& timers = responder->loop().timers();
  question->responder = std::move(responder);
  question->deadline.Start(timers, deadline_, [asked = question.get()] {
    asked->Answer(DeadlineExceeded("no answer within the deadline"));
  });
  source_->Get([question](const StatusOr<NodeInfo>& info) { question->Answer(info); });
}

}  // namespace wampgate::web
