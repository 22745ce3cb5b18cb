#include "worker/main.hpp"

#include <malloc.h>
#include <sys/prctl.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "base/build_id.hpp"
#include "net/loop.hpp"
#include "net/tls_memory.hpp"
#include "proxy/settings.hpp"
#include "worker/descriptor_limit.hpp"
#include "worker/process.hpp"
#include "worker/resolve_node.hpp"
#include "worker/tls_contexts.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kModule = "worker";

/// Calls `stop` for every SIGTERM and SIGINT.
void AwaitSignals(boost::asio::signal_set& signals, const std::function<void()>& stop) {
  signals.async_wait([&signals, &stop](const boost::system::error_code& error, int) {
    if (error) return;
    stop();
    AwaitSignals(signals, stop);
  });
}

/// Backlogs come and go by the 100 KiB. Left to itself the allocator gives each back to the kernel, and gets
/// it anew page by page, which costs as much as relaying what is in it. Blocks of the longest messages go
/// back at once all the same. OpenSSL's buffers come and go with every record.
void KeepFreedMemory() {
  if (!net::KeepTlsBuffers())
    log::Info(kModule,
              "OpenSSL was in use before the worker process began: TLS costs a little more than it need");
  mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, 8 * 1024 * 1024);
}

void LogLimits(std::size_t descriptors) {
  log::Info(kModule, "worker process started",
            {{"descriptor_limit", descriptors},
             {"default_session_limit", proxy::EffectiveSessionLimit(proxy::SessionLimits{})}});
}

}  // namespace

int RunWorker(const WorkerArguments& arguments) {
  const std::string name = fmt::format("{}/{}", arguments.worker, arguments.process);
  log::Start(arguments.log_level, arguments.log_format, name);
  prctl(PR_SET_NAME, ("wg:" + name).c_str());
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  KeepFreedMemory();
  LogLimits(RaiseDescriptorLimit());
  {
    net::Loop loop;
    ProcessOptions options;
    options.worker = arguments.worker;
    options.index = arguments.process;
    options.generation = arguments.generation;
    options.build_id = BuildId();
    options.control.socket_path = arguments.control_socket;
    auto resolve = [tls = std::make_shared<TlsContexts>()](const v1::Node& node,
                                                           const std::string& directory) {
      Resolution resolution = ResolveNodeMessage(node, directory);
      if (resolution.node) tls->Read(*resolution.node);
      return resolution;
    };
    Process process(loop, std::move(options), std::move(resolve));
    boost::asio::signal_set signals(loop.context(), SIGTERM, SIGINT);
    const std::function<void()> stop = [&process] { process.Stop(); };
    AwaitSignals(signals, stop);
    process.Start();
    loop.Run();
    log::Info(kModule, "worker process ended");
  }
  log::Stop();
  return 0;
}

}  // namespace wampgate::worker
