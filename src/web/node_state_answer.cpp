#include "web/node_state_answer.hpp"

#include <utility>

#include "base/timer_wheel.hpp"

namespace wampgate::web {
namespace {

// One request that waits for the source or the deadline, whichever comes first. Owned by the source's
// callback.
struct Question {
  ~Question() { Answer(Unavailable("the source gave the question up")); }

  void Answer(const StatusOr<NodeState>& state) {
    if (responder == nullptr) return;
    deadline.Stop();
    std::exchange(responder, nullptr)->Send(make(state));
  }

  std::shared_ptr<http::Responder> responder;
  MakeNodeStateResponse make;
  Timer deadline;
};

}  // namespace

void AnswerWithNodeState(NodeStateSource& source, NodeStateSource::Wanted wanted,
                         std::shared_ptr<http::Responder> responder, std::chrono::milliseconds deadline,
                         MakeNodeStateResponse make) {
  auto question = std::make_shared<Question>();
  TimerWheel& timers = responder->loop().timers();
  question->responder = std::move(responder);
  question->make = std::move(make);
  question->deadline.Start(timers, deadline, [asked = question.get()] {
    asked->Answer(DeadlineExceeded("no answer within the deadline"));
  });
  source.Get(wanted, [question](const StatusOr<NodeState>& state) { question->Answer(state); });
}

http::Response PlainText(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.Set("Cache-Control", "no-store");
  response.Set("Content-Type", "text/plain; charset=utf-8");
  response.Set("X-Content-Type-Options", "nosniff");
  response.body = std::move(text);
  return response;
}

}  // namespace wampgate::web
