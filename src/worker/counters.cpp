#include "worker/counters.hpp"

#include <string>
#include <string_view>

#include "worker/bounded_text.hpp"

namespace wampgate::worker {
namespace {

constexpr std::size_t kMostText = 200;

void Fill(const Meter& meter, internal::Flow& flow) {
  flow.set_octets_in(meter.octets_in);
  flow.set_octets_out(meter.octets_out);
  flow.set_messages_in(meter.messages_in);
  flow.set_messages_out(meter.messages_out);
  flow.set_buffered(meter.buffered);
}

void Fill(const LatencyHistogram& from, internal::Histogram& histogram) {
  histogram.mutable_counts()->Assign(from.counts().begin(), from.counts().end());
  histogram.set_sum_microseconds(from.sum_microseconds());
  histogram.mutable_bounds_microseconds()->Assign(LatencyHistogram::kBounds.begin(),
                                                  LatencyHistogram::kBounds.end());
}

void FillCensus(const wamp::SessionCensus& census, internal::Counters& counters) {
  for (const wamp::SessionCensus::Place& place : census.places()) {
    internal::RealmCount& count = *counters.add_realms();
    count.set_realm(place.realm);
    count.set_backend(place.backend);
    count.set_open(place.open);
    count.set_joins(place.joins);
  }
  for (std::size_t stage = 0; stage < wamp::kSessionStages; ++stage) {
    for (int reason = 0; reason <= static_cast<int>(EndReason::kInternal); ++reason) {
      const auto at = static_cast<wamp::SessionStage>(stage);
      const auto why = static_cast<EndReason>(reason);
      const std::uint64_t ends = census.ends(at, why);
      if (ends == 0) continue;
      internal::EndCount& count = *counters.add_ends();
      count.set_stage(std::string(wamp::Name(at)));
      count.set_reason(std::string(Name(why)));
      count.set_count(ends);
    }
  }
}

std::string_view HealthOf(proxy::BackendCondition condition) {
  switch (condition) {
    case proxy::BackendCondition::kUp:
      return "up";
    case proxy::BackendCondition::kDown:
      return "down";
    case proxy::BackendCondition::kUnknown:
      break;
  }
  return "unknown";
}

void FillBackends(const proxy::BackendRecords& records, internal::Counters& counters) {
  for (const proxy::BackendRecords::Entry& entry : records.All()) {
    internal::BackendCount& count = *counters.add_routers();
    count.set_backend(entry.name);
    if (entry.in_use) {
      count.set_health(std::string(HealthOf(entry.record->condition)));
      count.set_last_error(BoundedText(entry.record->down_because, kMostText));
    }
    count.set_failures(entry.record->failures);
    count.set_refusals(entry.record->refusals);
    if (entry.record->joins > 0) Fill(entry.record->join_latency, *count.mutable_join_latency());
  }
}

}  // namespace

void FillCounters(const CounterSources& sources, internal::Counters& counters) {
  Fill(sources.loop.meter(PeerKind::kClient), *counters.mutable_clients());
  Fill(sources.loop.meter(PeerKind::kBackend), *counters.mutable_backends());
  Fill(sources.loop.meter(PeerKind::kOther), *counters.mutable_others());
  FillCensus(sources.sessions.census(), counters);
  FillBackends(sources.backends, counters);
  counters.set_messages_dropped(sources.relay.dropped);
  counters.set_messages_unexpressible(sources.relay.unexpressible);
  counters.set_messages_too_long(sources.relay.too_long);
  Fill(sources.lag.samples(), *counters.mutable_loop_lag());
}

}  // namespace wampgate::worker
