import { ANY_DIALECT } from '../delivery/match-endpoint.ts';
import type { DialectWire } from './dialect.ts';
import { flexorchWire } from './flexorch/wire.ts';
import { flowcertaWire } from './flowcerta/wire.ts';
import { fltrWire } from './fltr/wire.ts';
import { jobStatusWire } from './job-status/wire.ts';
import { orionWire } from './orion/wire.ts';
import { standardWire } from './standard/wire.ts';

const WIRES: readonly DialectWire[] = [standardWire, flexorchWire, orionWire, fltrWire, jobStatusWire, flowcertaWire];

/** Dialects that events can be published in, ours first. `*` is none of them: it is a kind of endpoint. */
export const DIALECT_NAMES: readonly string[] = WIRES.map((wire) => wire.name);

// A map and no object, since names come from outside: `constructor` must be unknown.
const wiresByName = new Map([...WIRES.map((wire) => [wire.name, wire] as const), [ANY_DIALECT, standardWire]]);

/** The wire half of a dialect; that of `standard` for endpoints of dialect `*`; `undefined` for an unknown name. */
export function wireOf(dialect: string): DialectWire | undefined {
  return wiresByName.get(dialect);
}
