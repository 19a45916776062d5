/**
 * WebAssembly modules of this project, which its scripts contain as text.
 *
 * @module
 */

const compiled = new Map<string, WebAssembly.Module>();

/** Returns the module with these bytes, compiled at first use. */
export function embeddedModule(base64: string): WebAssembly.Module {
  let module = compiled.get(base64);
  if (module === undefined) {
    module = new WebAssembly.Module(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
    compiled.set(base64, module);
  }
  return module;
}
