/**
 * Guests in Rust, on top of the crate in wasm-include/rust/.
 *
 * @module
 */

import { genSkeletonIn, objectName } from "../../codegen/mod.ts";
import { rustSkeletonName } from "../../codegen/rust.ts";
import { copyTree } from "../toolchain/copy_tree.ts";
import { findBindings } from "../toolchain/sdk.ts";
import type { Toolchain } from "../toolchain/toolchain.ts";
import { bpfPrograms } from "./bpf_programs.ts";
import type { FoundGuest, GuestBuild, GuestName, GuestObject, GuestTemplate, Language } from "./language.ts";
import { findRust } from "./rust_tools.ts";

/** The file that shows that a directory has a guest in Rust. */
const MARK = "Cargo.toml";

/** See the module's documentation. */
export const RUST: Language = {
  name: "rust",
  title: "Rust",
  mark: MARK,
  template,
  find,
  compile,
};

/** The guest has the name of its program in Cargo.toml: that of the first `[[bin]]`, or that of the package. */
function find(directory: string, files: readonly string[], { system }: Toolchain): FoundGuest[] {
  if (!files.includes(MARK) || bpfPrograms(files).length === 0) return [];
  const manifest = new TextDecoder().decode(system.readFile(`${directory}/${MARK}`));
  const name = nameIn(manifest, "[[bin]]") ?? nameIn(manifest, "[package]");
  return name === undefined ? [] : [{ name, sources: [] }];
}

/** The value of `name` in the first section with this head. */
function nameIn(manifest: string, head: string): string | undefined {
  const lines = manifest.split("\n").map((line) => line.trim());
  const start = lines.indexOf(head);
  if (start < 0) return undefined;
  const section = lines.slice(start + 1);
  const end = section.findIndex((line) => line.startsWith("["));
  return /^name\s*=\s*["']([\w-]+)["']/m.exec(section.slice(0, end < 0 ? undefined : end).join("\n"))?.[1];
}

/** cargo builds the guest. The crate has no dependencies, so that it needs no network. */
function compile(build: GuestBuild, objects: readonly GuestObject[]): void {
  const { tools, directory, guest, output, module, step } = build;
  const { cargo, target, variables } = findRust(tools, directory);
  const bindings = `${output}/wasm-bpf`;
  step("bindings", bindings, () => copyTree(tools, findBindings(tools, "rust"), bindings));
  for (const { program, path } of objects) {
    const file = `${output}/${skeletonFile(program)}`;
    step("skeleton", file, () => {
      const source = genSkeletonIn("rust", tools.system.readFile(path), { name: objectName(path) });
      writeIfNew(tools, file, new TextEncoder().encode(source));
    });
  }
  step("guest", module, () => {
    const args = ["build", "--quiet", "--release", "--target", target, "--target-dir", "target", "--bin", guest.name];
    tools.runIn({ file: cargo, args, directory, variables });
    const built = `${directory}/target/${target}/release/${guest.name}.wasm`;
    tools.files.write(module, [tools.system.readFile(built)]);
  });
}

/** Leaves a file with the same content as it is: cargo compares times. */
function writeIfNew({ files, system }: Toolchain, file: string, bytes: Uint8Array): void {
  if (files.exists(file)) {
    const old = system.readFile(file);
    if (old.length === bytes.length && old.every((byte, i) => byte === bytes[i])) return;
  }
  files.write(file, [bytes]);
}

/** Names of modules in Rust have no "-". */
function skeletonFile(program: string): string {
  return `${program.replaceAll("-", "_")}_skel.rs`;
}

function template({ name, identifier }: GuestName): GuestTemplate {
  const main = "src/main.rs";
  return {
    files: { "Cargo.toml": manifest(name), ".cargo/config.toml": CONFIG, [main]: source(name, identifier) },
    main,
    about: `It uses the crate in \`.output/wasm-bpf\`, whose names are those of libbpf-rs. After the first build, ` +
      "`cargo build --release` builds it too.",
    ignored: ["/target/"],
  };
}

/** For cargo by itself, and for editors. */
const CONFIG = `[build]
target = "wasm32-wasip1"
# The host calls functions of the guest through its table.
rustflags = ["-C", "link-arg=--export-table"]
`;

function manifest(name: string): string {
  return `[package]
name = "${name}"
version = "0.1.0"
edition = "2021"
publish = false

[dependencies]
# \`wasm-bpf build\` puts the crate there.
wasm-bpf = { path = ".output/wasm-bpf" }

[profile.release]
opt-level = "s"
lto = true
strip = true

[workspace]
exclude = [".output"]
`;
}

function source(name: string, identifier: string): string {
  const module = `${identifier}_skel`;
  const skeleton = rustSkeletonName(`${identifier}_bpf`);
  return `//! Runs in WebAssembly: loads the program of ${name}.bpf.c and prints its events.

#[path = "../.output/${skeletonFile(name)}"]
#[rustfmt::skip]
mod ${module};

use ${module}::{types::event, ${skeleton}};
use wasm_bpf::{signals, Pod, Result, RingBufferBuilder};

fn print_event(data: &[u8]) {
    if let Some(event) = event::from_bytes(data) {
        println!(
            "{:<16} pid {:<7} ppid {:<7} uid {}",
            event.comm, event.pid, event.ppid, event.uid
        );
    }
}

fn run(only_uid: u32) -> Result<()> {
    signals::catch(&[signals::SIGINT, signals::SIGTERM])?;

    let mut open = ${skeleton}::open()?;
    open.rodata.only_uid = only_uid;
    let mut skel = open.load()?;
    skel.attach()?;

    let map = skel.maps().events()?;
    let mut events = RingBufferBuilder::new().add(&map, print_event).build()?;
    println!("Programs that start, until Ctrl-C:");
    while signals::caught().is_none() {
        match events.poll(None) {
            Err(error) if !error.is_interrupted() => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn main() {
    let only_uid = match std::env::args().nth(1).map_or(Ok(0), |text| text.parse()) {
        Ok(uid) => uid,
        Err(_) => {
            eprintln!("usage: ${name} [UID]");
            std::process::exit(2);
        }
    };
    if let Err(error) = run(only_uid) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
`;
}
