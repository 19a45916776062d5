/**
 * Sockets, of which a guest has none: preview 1 cannot make one, and the host gives none. A socket that is stdin, stdout or
 * stderr is a stream to the guest, like a pipe.
 *
 * @module
 */

import { guardAll, refuse, type WasiContext, type WasiFunctions } from "./context.ts";

/** `sock_*`: ENOTSOCK on whatever is open. */
export function socketFunctions(context: WasiContext): WasiFunctions {
  const refuseSocket = (fd: number): never => {
    context.descriptors.get(fd);
    refuse("ENOTSOCK");
  };
  return guardAll(context, {
    sock_accept: refuseSocket,
    sock_recv: refuseSocket,
    sock_send: refuseSocket,
    sock_shutdown: refuseSocket,
  });
}
