/**
 * The functions on sockets. A guest has no sockets: preview 1 cannot create one, and the host gives none. A socket as stdin, stdout or
 * stderr is a stream for the guest, like a pipe.
 *
 * @module
 */

import { refuse } from "../core/refusal.ts";
import { guardAll, type WasiContext, type WasiFunctions } from "./context.ts";

/** `sock_*`: each refuses open descriptors with ENOTSOCK. */
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
