import type { Environment } from '../config.ts';
import { type Finding, judge } from './judge.ts';
import { probe } from './probe.ts';

/** `waybill doctor`: a line per check. Sets the exit code to 1 when something keeps Waybill from starting. */
export async function doctor(environment: Environment): Promise<void> {
  const findings = judge(await probe(environment));
  process.stdout.write(findings.map(lineOf).join(''));
  if (findings.some(({ verdict }) => verdict === 'problem')) process.exitCode = 1;
}

function lineOf({ verdict, what, remedy }: Finding): string {
  const line = `${verdict.padEnd(7)}  ${what}\n`;
  return remedy === null ? line : `${line}         -> ${remedy.replaceAll('\n', '\n            ')}\n`;
}
