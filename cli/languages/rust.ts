/**
 * Guests in Rust, on top of the crate in wasm-include/rust/.
 *
 * @module
 */

import { rustSkeletonName } from "../../codegen/rust/skeleton.ts";
import { findByMark, skeletonModule, writeSources } from "./build_tool.ts";
import type { GuestBuild, GuestName, GuestObject, GuestTemplate, Language } from "./language.ts";
import { findRust } from "./rust_tools.ts";

/** The file that shows that a directory has a guest in Rust. */
const MARK = "Cargo.toml";

/** See the module's documentation. */
export const RUST: Language = {
  name: "rust",
  title: "Rust",
  mark: MARK,
  template,
  // The program is that of the first `[[bin]]`, or that of the package.
  find: findByMark(MARK, (manifest) => nameIn(manifest, "[[bin]]") ?? nameIn(manifest, "[package]")),
  compile,
};

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
  const skeletonOf = (program: string) => `${output}/${skeletonModule(program)}.rs`;
  writeSources(build, objects, { language: "rust", bindings: `${output}/wasm-bpf`, skeletonOf });
  step("guest", module, () => {
    const args = ["build", "--quiet", "--release", "--target", target, "--target-dir", "target", "--bin", guest.name];
    tools.runIn({ file: cargo, args, directory, variables });
    const built = `${directory}/target/${target}/release/${guest.name}.wasm`;
    tools.files.write(module, [tools.system.readFile(built)]);
  });
}

function template({ name, identifier }: GuestName): GuestTemplate {
  const main = "src/main.rs";
  return {
    files: { [MARK]: manifest(name), ".cargo/config.toml": CONFIG, [main]: source(name, identifier) },
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
  const module = skeletonModule(name);
  const skeleton = rustSkeletonName(`${identifier}_bpf`);
  return `//! Runs in WebAssembly: loads the program of ${name}.bpf.c and prints its events.

#[path = "../.output/${module}.rs"]
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
