// AutobahnJS as an adapter of scenario.mjs.
import autobahn from "autobahn";

function adapt(session, connection) {
  const raise = ({error, args}) => { throw {uri: error, args}; };
  return {
    publish: (topic, args, kwargs) => session.publish(topic, args, kwargs, {acknowledge: true}),
    subscribe: (topic, handler) => session.subscribe(topic, (args, kwargs) => handler(args, kwargs)),
    register: (procedure, handler) => session.register(procedure, async (args, kwargs, details) => {
      try {
        const result = await handler(args, kwargs, (partial) => details.progress(partial));
        return new autobahn.Result(result.args, result.kwargs);
      } catch (error) {
        throw new autobahn.Error(error.uri, error.args);
      }
    }),
    call: async (procedure, args, kwargs, onProgress) => {
      const options = onProgress ? {receive_progress: true} : {};
      const unpack = (result) => (result instanceof autobahn.Result ? result : {args: [result], kwargs: {}});
      return session.call(procedure, args, kwargs, options)
        .then(unpack, raise, (partial) => onProgress(partial instanceof autobahn.Result ? partial.args : [partial]));
    },
    leave: () => new Promise((resolve) => { connection.onclose = () => { resolve(); return true; }; connection.close(); }),
  };
}

export function adapter(transport) {
  return {
    join: () => new Promise((resolve, reject) => {
      const connection = new autobahn.Connection({transports: [transport()], realm: "realm1", max_retries: 0});
      connection.onopen = (session) => resolve(adapt(session, connection));
      connection.onclose = (reason, details) => { reject(new Error(`${reason} ${details.reason} ${details.message}`)); return true; };
      connection.open();
    }),
  };
}
