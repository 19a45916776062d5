/** Opens a connection over lo and sends some bytes in both directions. */
export async function connect(hostname = "127.0.0.1"): Promise<void> {
  using listener = Deno.listen({ hostname, port: 0 });
  const bytes = new Uint8Array(100);
  const answer = (async () => {
    using server = await listener.accept();
    await server.read(bytes);
    await server.write(bytes);
  })();
  using client = await Deno.connect({ hostname, port: listener.addr.port });
  await client.write(bytes);
  await client.read(bytes);
  await answer;
}
