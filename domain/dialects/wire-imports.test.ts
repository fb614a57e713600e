import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Files that a file imports, itself included, by URL; and every other thing that any of them imports. */
function closureOf(start: URL): { files: Set<string>; others: Set<string> } {
  const files = new Set<string>();
  const others = new Set<string>();
  const waiting = [start.href];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const imports = readFileSync(new URL(file), 'utf8').matchAll(/^(?:import|export) (?!type ).*?from '([^']+)';/gms);
    for (const [, specifier = ''] of imports) {
      if (specifier.startsWith('.')) waiting.push(new URL(specifier, file).href);
      else others.add(specifier);
    }
  }
  return { files, others };
}

test('wires, meanings and the renderers behind them import no package: n8n compiles them in, and its scanner refuses any', () => {
  const { files, others } = closureOf(new URL('wires.ts', import.meta.url));
  expect([...files].some((file) => file.endsWith('/flowcerta/meaning.ts'))).toBe(true);
  expect([...files].some((file) => file.endsWith('/slack/render.ts'))).toBe(true);
  expect([...others]).toEqual(['node:crypto']);
});
