#include "worker/drain_orders.hpp"

namespace wampgate::worker {

void ServeSetAccepting(Queries& queries, TransportSet& transports) {
  queries.Serve(internal::Query::kSetAccepting,
                [&transports](const internal::Query& query, const AnswerSlot& slot) {
                  const internal::SetAccepting& order = query.set_accepting();
                  transports.SetAccepting(order.transport(), order.accepting());
                  slot.Send({});
                });
}

}  // namespace wampgate::worker
