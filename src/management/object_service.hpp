#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/change_list.hpp"
#include "config/environment.hpp"
#include "config/resource_name.hpp"
#include "management/caller_identity.hpp"
#include "management/change_options.hpp"
#include "management/grpc_status.hpp"
#include "management/listing.hpp"
#include "management/object_view.hpp"
#include "supervisor/apply_result.hpp"
#include "supervisor/supervisor.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// The errors of a list of one change as those of the request it stands for: without "changes[0].".
config::Problems OfOneChange(config::Problems problems);
Status OfOneChange(const Status& status);

/// INVALID_ARGUMENT, beginning with `field`, unless the text names an object of that kind.
StatusOr<config::ObjectName> ParseName(const char* field, const std::string& text,
                                       config::ObjectName::Kind kind);
/// The same for what a list is asked of: for paths a transport or a path. "-" stands for any.
StatusOr<config::ObjectName> ParseParent(const std::string& text, config::ObjectName::Kind kind);
/// Whether a part is "-".
bool IsPattern(const config::ObjectName& parent);

/// The standard methods of transports, paths, backends and routes. `Noun` has their View, kKind, kList (the
/// field of a list's response), Views(response), ViewOf(result), ObjectOf(view) and Give(request, change),
/// which copies the object of a request; where processes must be asked for what AddStatus shows,
/// AddStatusLater. Handlers of gRPC's threads; everything else happens on the supervisor's loop, where
/// reactors are finished.
template <typename Noun>
class ObjectCalls {
 public:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;
  using View = typename Noun::View;

  explicit ObjectCalls(supervisor::Supervisor& supervisor)
      : supervisor_(supervisor),
        environment_(config::Environment::OfThisProcess(supervisor.node_directory())) {}

  const config::Environment& environment() const { return environment_; }

  /// The object as it is, for the answer of another method. NOT_FOUND if it has gone.
  void Show(const config::ObjectName& name, View* view, Reactor* reactor) {
    supervisor_.GetRevision([=, this](const internal::Revision& revision) {
      if (!Fill(revision.node(), name, *view)) {
        return reactor->Finish(ToGrpc(NotFound("there is no " + name.ToString())));
      }
      FinishWithStatus(view, reactor);
    });
  }

  static Reactor* Refuse(Context* context, const Status& status, const config::Problems& problems = {}) {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(status, problems, DetailsLimit(*context)));
    return reactor;
  }

  template <typename Request>
  Reactor* Get(Context* context, const Request* request, View* view) {
    const auto name = ParseName("name", request->name(), Noun::kKind);
    if (!name.ok()) return Refuse(context, name.status());
    auto* reactor = context->DefaultReactor();
    supervisor_.GetRevision([=, this, name = *name](const internal::Revision& revision) {
      if (!Fill(revision.node(), name, *view)) {
        return reactor->Finish(ToGrpc(NotFound("there is no " + name.ToString())));
      }
      view->set_text(TextOf(Noun::ObjectOf(*view), request->text_format()));
      FinishWithStatus(view, reactor);
    });
    return reactor;
  }

  template <typename Request, typename Response>
  Reactor* List(Context* context, const Request* request, Response* response) {
    const auto parent = ParseParent(request->parent(), Noun::kKind);
    if (!parent.ok()) return Refuse(context, parent.status());
    auto* reactor = context->DefaultReactor();
    supervisor_.GetRevision([=, this, parent = *parent](const internal::Revision& revision) {
      const config::DocumentObjects objects(revision.node(), environment_);
      if (!IsPattern(parent) && objects.Find(parent) == nullptr) {
        return reactor->Finish(ToGrpc(NotFound("there is no " + parent.ToString())));
      }
      auto& views = *Noun::Views(*response);
      for (const auto& name : objects.NamesIn(parent, Noun::kKind)) FillView(objects, name, *views.Add());
      AddStatusTo({views.pointer_begin(), views.pointer_end()},
                  [=] { reactor->Finish(ToGrpc(KeepPage(ListingOf(*request), Noun::kList, *response))); });
    });
    return reactor;
  }

  /// `parent`: the request's, of the object `id` in `collection`.
  template <typename Request, typename Result>
  Reactor* Create(Context* context, const Request* request, const config::ObjectName& parent,
                  const std::string& id, Result* result) {
    return CreateNamed(context, request, config::ResourceName(parent.ToString(), Noun::kList, id), result);
  }
  template <typename Request, typename Result>
  Reactor* CreateNamed(Context* context, const Request* request, const std::string& name, Result* result) {
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::CREATE);
    change.set_name(name);
    return Make(context, request, std::move(change), result);
  }

  template <typename Request, typename Result>
  Reactor* Update(Context* context, const Request* request, Result* result) {
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::UPDATE);
    change.set_name(request->name());
    change.set_etag(request->etag());
    if (request->has_update_mask()) *change.mutable_update_mask() = request->update_mask();
    return Make(context, request, std::move(change), result);
  }

  template <typename Request>
  Reactor* Delete(Context* context, const Request* request, v1::ApplyResult* result) {
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::DELETE);
    change.set_name(request->name());
    change.set_etag(request->etag());
    return Change(context, request, std::move(change), result);
  }

 private:
  /// With the object of the request.
  template <typename Request, typename Result>
  Reactor* Make(Context* context, const Request* request, v1::ObjectChange change, Result* result) {
    Noun::Give(*request, change);
    return Change(context, request, std::move(change), result);
  }

  /// `Result` has the view too, or is an ApplyResult.
  template <typename Request, typename Result>
  Reactor* Change(Context* context, const Request* request, v1::ObjectChange change, Result* result) {
    const auto name = ParseName("name", change.name(), Noun::kKind);
    if (!name.ok()) return Refuse(context, name.status());
    supervisor::ApplyOptions options;
    const config::Problems problems =
        ReadChangeOptions({*request, request->options(), CallerIdentity(*context)}, options);
    if (!problems.empty()) {
      return Refuse(context, supervisor::ProblemStatus(StatusCode::kInvalidArgument, problems), problems);
    }
    auto* reactor = context->DefaultReactor();
    config::ChangeList changes;
    *changes.Add() = std::move(change);
    supervisor_.Apply(
        std::move(changes), std::move(options),
        [=, this, name = *name, limit = DetailsLimit(*context)](const supervisor::ApplyReply& reply) {
          if (reply.status.ok()) return Answer(reply, name, result, reactor);
          reactor->Finish(ToGrpc(OfOneChange(reply.status), OfOneChange(reply.problems), limit));
        });
    return reactor;
  }

  bool Fill(const v1::Node& document, const config::ObjectName& name, View& view) const {
    const config::DocumentObjects objects(document, environment_);
    if (objects.Find(name) == nullptr) return false;
    FillView(objects, name, view);
    return true;
  }

  void FinishWithStatus(View* view, Reactor* reactor) {
    AddStatusTo({view}, [=] { reactor->Finish(grpc::Status::OK); });
  }

  /// What the objects do now; then `done`.
  void AddStatusTo(std::vector<View*> views, std::function<void()> done) {
    if constexpr (requires { &Noun::AddStatusLater; }) {
      Noun::AddStatusLater(supervisor_, std::move(views), std::move(done));
    } else {
      supervisor_.ListWorkers([views = std::move(views), done = std::move(done)](const auto& workers) {
        for (View* view : views) AddStatus(workers, *view);
        done();
      });
    }
  }

  void Answer(const supervisor::ApplyReply& reply, const config::ObjectName& /*name*/,
              v1::ApplyResult* result, Reactor* reactor) {
    *result = supervisor::ToProto(reply);
    reactor->Finish(grpc::Status::OK);
  }

  template <typename Result>
  void Answer(const supervisor::ApplyReply& reply, const config::ObjectName& name, Result* result,
              Reactor* reactor) {
    *result->mutable_result() = supervisor::ToProto(reply);
    View* view = Noun::ViewOf(*result);
    if (reply.document != nullptr) {
      Fill(*reply.document, name, *view);
      return FinishWithStatus(view, reactor);
    }
    supervisor_.GetRevision([=, this](const internal::Revision& revision) {  // answered before
      Fill(revision.node(), name, *view);
      FinishWithStatus(view, reactor);
    });
  }

  supervisor::Supervisor& supervisor_;
  const config::Environment environment_;
};

}  // namespace wampgate::management
