// SPDX-License-Identifier: MIT

export * from "./assembly/index";
