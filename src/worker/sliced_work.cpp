#include "worker/sliced_work.hpp"

#include <algorithm>
#include <utility>

namespace wampgate::worker {

class SlicedWork::Job final : public net::Mortal, private net::Resumable {
 public:
  Job(SlicedWork& owner, std::function<Next()> step)
      : owner_(owner), loop_(owner.loop_), step_(std::move(step)) {}
  ~Job() override { loop_.Forget(*this); }

  void GoOn() { loop_.ResumeLater(*this); }

 private:
  void Resume() override {
    switch (step_()) {
      case Next::kMore:
        return GoOn();
      case Next::kLater:
        return later_.Start(loop_.timers(), TimerWheel::kTick, [this] { GoOn(); });
      case Next::kDone:
        break;
    }
    const auto self = std::find_if(owner_.jobs_.begin(), owner_.jobs_.end(),
                                   [this](const auto& job) { return job.get() == this; });
    loop_.DeleteLater(std::move(*self));
    owner_.jobs_.erase(self);
  }

  SlicedWork& owner_;
  net::Loop& loop_;  // outlives the owner
  std::function<Next()> step_;
  Timer later_;
};

SlicedWork::SlicedWork(net::Loop& loop) : loop_(loop) {}

SlicedWork::~SlicedWork() = default;

void SlicedWork::Start(std::function<Next()> step) {
  jobs_.push_back(std::make_unique<Job>(*this, std::move(step)));
  jobs_.back()->GoOn();
}

}  // namespace wampgate::worker
