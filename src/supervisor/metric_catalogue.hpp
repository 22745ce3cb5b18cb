#pragma once

#include <array>

#include "supervisor/exposition.hpp"

/// Every metric of the node. `worker` is a worker's id, absent for the supervisor's own figures; `backend` is
/// the resource name of a backend within its worker. Counters and histograms are sums of all processes since
/// the node was started, of those that have ended too; no label is made of a client.
namespace wampgate::supervisor::metric {

inline constexpr auto kCounter = Metric::Kind::kCounter;
inline constexpr auto kGauge = Metric::Kind::kGauge;
inline constexpr auto kHistogram = Metric::Kind::kHistogram;

// The node.
inline constexpr Metric kBuildInfo{"wampgate_build_info", kGauge, "1, with the version and the node's id."};
inline constexpr Metric kStartTime{"wampgate_start_time_seconds", kGauge,
                                   "When the supervisor was started, Unix time."};
inline constexpr Metric kReady{"wampgate_ready", kGauge,
                               "1 if every worker serves and the node does not drain."};
inline constexpr Metric kDraining{"wampgate_draining", kGauge, "1 while the node is drained by an operator."};
inline constexpr Metric kRevision{"wampgate_config_revision", kGauge, "The running configuration."};
inline constexpr Metric kCertificateDays{
    "wampgate_certificate_days_left", kGauge,
    "Days until the certificate in that file expires; negative afterwards."};

// Workers and their processes.
inline constexpr Metric kProcesses{"wampgate_worker_processes", kGauge, "Processes by state."};
inline constexpr Metric kRestarts{"wampgate_process_restarts_total", kCounter,
                                  "Processes that ended unasked; each is started again."};
inline constexpr Metric kAppliedRevision{"wampgate_process_applied_revision", kGauge,
                                         "The revision that a process runs."};
inline constexpr Metric kCpu{"wampgate_cpu_seconds_total", kCounter, "User and system time."};
inline constexpr Metric kMemoryResident{"wampgate_memory_resident_bytes", kGauge,
                                        "Resident memory of a process."};
inline constexpr Metric kMemory{"wampgate_memory_bytes", kGauge,
                                "Memory of a process by kind; buffers are part of anonymous."};
inline constexpr Metric kDescriptors{"wampgate_descriptors", kGauge, "Open descriptors of a process."};
inline constexpr Metric kDescriptorsLimit{"wampgate_descriptors_limit", kGauge, "How many it may have."};
inline constexpr Metric kLogLinesDropped{"wampgate_log_lines_dropped_total", kCounter,
                                         "Log lines that the sink did not take in time."};
inline constexpr Metric kLoopLag{"wampgate_loop_lag_seconds", kHistogram,
                                 "How late event loops were, sampled five times a second."};

// Connections and sessions.
inline constexpr Metric kConnections{"wampgate_connections", kGauge,
                                     "Client connections, with and without session."};
inline constexpr Metric kAccepted{"wampgate_connections_accepted_total", kCounter,
                                  "Client connections accepted."};
inline constexpr Metric kTurnedAway{"wampgate_connections_turned_away_total", kCounter,
                                    "Client connections turned away for want of descriptors."};
inline constexpr Metric kTlsHandshakes{"wampgate_tls_handshakes_total", kCounter,
                                       "TLS handshakes of a transport's clients, by result."};
inline constexpr Metric kSessions{"wampgate_sessions", kGauge, "Open sessions."};
inline constexpr Metric kJoins{"wampgate_joins_total", kCounter, "Sessions that got WELCOME."};
inline constexpr Metric kSessionsEnded{"wampgate_sessions_ended_total", kCounter,
                                       "Open sessions that ended."};
inline constexpr Metric kRefusals{"wampgate_refusals_total", kCounter,
                                  "Connections that ended before WELCOME, by how far they came."};
inline constexpr Metric kSlowConsumers{"wampgate_slow_consumers_total", kCounter,
                                       "Sessions closed because a side did not take its messages."};

// Messages.
inline constexpr Metric kMessages{"wampgate_messages_total", kCounter, "WAMP messages."};
inline constexpr Metric kBytes{"wampgate_bytes_total", kCounter, "Octets of the sockets, framing included."};
inline constexpr Metric kBuffered{"wampgate_buffered_bytes", kGauge, "Octets that peers have not taken."};
inline constexpr Metric kDropped{"wampgate_messages_dropped_total", kCounter,
                                 "Messages that could not be passed on and had nobody to be told."};
inline constexpr Metric kUnexpressible{"wampgate_messages_unexpressible_total", kCounter,
                                       "Messages that the other side's serializer cannot express."};
inline constexpr Metric kTooLong{"wampgate_messages_too_long_total", kCounter,
                                 "Messages that are longer than the other side takes."};

// Backends.
inline constexpr Metric kBackendProcesses{
    "wampgate_backend_processes", kGauge,
    "Worker processes by what they know of a backend: up, down, unknown."};
inline constexpr Metric kBackendOperatorState{"wampgate_backend_operator_state", kGauge,
                                              "1 for backends that an operator has put into that state."};
inline constexpr Metric kBackendFailures{
    "wampgate_backend_failures_total", kCounter,
    "Connections to a backend that failed or ended without an answer to HELLO."};
inline constexpr Metric kBackendRefusals{"wampgate_backend_refusals_total", kCounter,
                                         "HELLOs that a backend answered with ABORT."};
inline constexpr Metric kBackendJoin{"wampgate_backend_join_seconds", kHistogram,
                                     "From dialling a backend to WELCOME."};

/// In the order in which they are shown.
inline constexpr std::array kAll = {&kBuildInfo,
                                    &kStartTime,
                                    &kReady,
                                    &kDraining,
                                    &kRevision,
                                    &kCertificateDays,
                                    &kProcesses,
                                    &kRestarts,
                                    &kAppliedRevision,
                                    &kCpu,
                                    &kMemoryResident,
                                    &kMemory,
                                    &kDescriptors,
                                    &kDescriptorsLimit,
                                    &kLogLinesDropped,
                                    &kLoopLag,
                                    &kConnections,
                                    &kAccepted,
                                    &kTurnedAway,
                                    &kTlsHandshakes,
                                    &kSessions,
                                    &kJoins,
                                    &kSessionsEnded,
                                    &kRefusals,
                                    &kSlowConsumers,
                                    &kMessages,
                                    &kBytes,
                                    &kBuffered,
                                    &kDropped,
                                    &kUnexpressible,
                                    &kTooLong,
                                    &kBackendProcesses,
                                    &kBackendOperatorState,
                                    &kBackendFailures,
                                    &kBackendRefusals,
                                    &kBackendJoin};

}  // namespace wampgate::supervisor::metric
