/**
 * WebAssembly modules of this project, which its scripts contain as text.
 *
 * @module
 */

const compiled = new Map<string, WebAssembly.Module>();

/**
 * Instantiates the module with these bytes, which is compiled at first use.
 *
 * @returns its exports. `E` describes them: a test compares the bytes of each module with its source, so they are known.
 * @throws {WebAssembly.LinkError} when an import does not fit.
 */
export function instantiateEmbedded<E>(base64: string, imports: WebAssembly.Imports): E {
  return new WebAssembly.Instance(compiledModule(base64), imports).exports as unknown as E;
}

function compiledModule(base64: string): WebAssembly.Module {
  let module = compiled.get(base64);
  if (module === undefined) {
    module = new WebAssembly.Module(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
    compiled.set(base64, module);
  }
  return module;
}
